import { Popover as RadixPopover, Tooltip as RadixTooltip } from 'radix-ui';
import type { ButtonHTMLAttributes, CSSProperties, ReactElement, ReactNode, Ref } from 'react';
import type { Speaker } from '#shared/domain/records.ts';
import styles from './controls.module.css';
import { initialsOf, speakerLook } from './palette.ts';

export { styles as controls };

export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'plain' | 'primary' | 'danger' | 'quiet' | 'link';
  /** A square with a picture alone; `aria-label` says what it does. */
  icon?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ tone = 'plain', icon, className, ...rest }: ButtonProps): ReactElement {
  const look =
    tone === 'link' ? styles.link : classes(styles.button, tone !== 'plain' && styles[tone], icon && styles.icon);
  return <button type="button" className={classes(look, className)} {...rest} />;
}

export interface TooltipProps {
  content: ReactNode;
  children: ReactElement;
  side?: 'top' | 'bottom' | 'left' | 'right';
}

/** Says more about what is under the pointer or has the focus. Never the only place of a fact. */
export function Tooltip({ content, children, side = 'bottom' }: TooltipProps): ReactElement {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content className={styles.tooltip} side={side} sideOffset={6} collisionPadding={8}>
          {content}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}

export interface PopoverProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
}

/** A small panel beside the button that opened it. Esc and a click elsewhere close it. */
export function Popover({ open, onOpenChange, title, trigger, children, align = 'end' }: PopoverProps): ReactElement {
  return (
    <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          className={styles.popover}
          align={align}
          sideOffset={6}
          collisionPadding={12}
          aria-label={title}
          onOpenAutoFocus={(event) => {
            const first =
              event.currentTarget instanceof Element && event.currentTarget.querySelector('[data-autofocus]');
            if (!(first instanceof HTMLElement)) return;
            event.preventDefault();
            first.focus();
          }}
          onEscapeKeyDown={(event) => {
            // Esc belongs to the dialog that lies above it.
            if (document.querySelector('dialog[open]')) event.preventDefault();
          }}
        >
          <h2 className={styles.popoverTitle}>{title}</h2>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

const joins = (letter: string): boolean =>
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}]/u.test(letter);

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A name that is cut in its middle when it is too long, with the whole of it on hover. Right to left where it is. */
export function MiddleText({ text, keep = 8 }: { text: string; keep?: number }): ReactElement {
  const letters = [...segmenter.segment(text)].map((part) => part.segment);
  let cut = Math.max(0, letters.length - keep);
  // Letters that join keep their neighbours: a cut between them would change their form.
  while (cut > 0 && cut < letters.length && joins(letters[cut - 1]!) && joins(letters[cut]!)) cut += 1;
  if (cut === letters.length) cut = 0;
  if (cut === 0) {
    return (
      <span className={classes(styles.middle, styles.plain)} dir="auto" title={text}>
        {text}
      </span>
    );
  }
  return (
    <span className={styles.middle} dir="auto" title={text}>
      {/* The whole name for screen readers, search and copying; what one sees are its two parts. */}
      <span className="visually-hidden">{text}</span>
      <span className={styles.head} aria-hidden>
        {letters.slice(0, cut).join('')}
      </span>
      <span className={styles.tail} aria-hidden>
        {letters.slice(cut).join('')}
      </span>
    </span>
  );
}

/** Hue, pattern and initials of a speaker: never colour alone. */
export function Swatch({ speaker, size }: { speaker: Pick<Speaker, 'name' | 'colour'>; size?: 's' }): ReactElement {
  const look = speakerLook(speaker.colour);
  return (
    <span
      className={styles.swatch}
      data-size={size}
      data-pattern={look.pattern}
      style={{ '--swatch': look.cssColour } as CSSProperties}
      aria-hidden
    >
      {initialsOf(speaker.name)}
    </span>
  );
}

export interface BarProps {
  /** 0..1. */
  share: number;
  label: string;
  tone?: 'accent' | 'warn' | 'good';
  wide?: boolean;
  /** Something under way, not a measured value. */
  progress?: boolean;
}

export function Bar({ share, label, tone = 'accent', wide, progress }: BarProps): ReactElement {
  const value = Math.round(share * 100);
  return (
    <span
      className={classes(styles.bar, wide && styles.wide)}
      data-tone={tone}
      role={progress ? 'progressbar' : 'meter'}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value}
    >
      <i style={{ width: `${value}%` }} />
    </span>
  );
}

export interface EmptyProps {
  icon: ReactElement;
  title: string;
  /** One sentence that teaches. */
  text: string;
  /** One action. */
  children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps): ReactElement {
  return (
    <div className={styles.empty}>
      {icon}
      <strong>{title}</strong>
      <p>{text}</p>
      {children}
    </div>
  );
}

/** The head of a part of a panel. */
export function SectionHead({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  return (
    <div className={styles.section}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
