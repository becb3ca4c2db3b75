import { X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, classes, controls } from './controls.tsx';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** The foot: the one obvious action last. */
  actions?: ReactNode;
  className?: string | undefined;
  /** Leave out the head, where the content is its own (palette). */
  bare?: boolean;
}

/**
 * The browser's own modal dialog: it keeps the focus inside, makes the rest inert, closes with Esc and gives the focus
 * back, and needs no inline style (the page's policy allows none). Render it to open it.
 */
export function Dialog({ title, onClose, children, actions, className, bare }: DialogProps): ReactElement {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const footRef = useRef<HTMLElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current!;
    if (!dialog.open) dialog.showModal();
    // What the dialog is for, rather than its close button.
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={classes(controls.dialog, className)}
      aria-labelledby={bare ? undefined : titleId}
      aria-label={bare ? title : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        // Enter does what the dialog is for, where a box is ticked too; in lists and text fields Ctrl+Enter does.
        const box = event.target instanceof HTMLInputElement && /^(?:checkbox|radio)$/u.test(event.target.type);
        if (event.key !== 'Enter' || !(box || event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        footRef.current?.querySelector<HTMLButtonElement>('button:last-of-type')?.click();
      }}
      onMouseDown={(event) => {
        // Only the backdrop itself has the dialog as its target outside the box.
        if (event.target !== ref.current) return;
        const box = ref.current.getBoundingClientRect();
        const inside =
          event.clientX >= box.left &&
          event.clientX <= box.right &&
          event.clientY >= box.top &&
          event.clientY <= box.bottom;
        if (!inside) onClose();
      }}
    >
      {!bare && (
        <header className={controls.dialogHead}>
          <h2 id={titleId}>{title}</h2>
          <Button tone="quiet" icon aria-label={t('app.close')} onClick={onClose}>
            <X size={16} aria-hidden />
          </Button>
        </header>
      )}
      {bare ? children : <div className={controls.dialogBody}>{children}</div>}
      {actions && (
        <footer ref={footRef} className={controls.dialogFoot}>
          {actions}
        </footer>
      )}
    </dialog>
  );
}
