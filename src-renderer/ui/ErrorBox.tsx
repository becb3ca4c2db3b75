import { Copy, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppErrorData } from '#shared/api/errors.ts';
import { Button, controls } from './controls.tsx';

/** What happened, to which file, what to do; the technical detail folded; all of it copyable. */
export function ErrorBox({ error, children }: { error: AppErrorData; children?: ReactNode }): ReactElement {
  const { t } = useTranslation();
  const asText = [error.message, error.file, error.fix, `[${error.code}]`, error.detail].filter(Boolean).join('\n');
  return (
    <div className={controls.problem} role="alert">
      <header>
        <TriangleAlert size={16} aria-hidden />
        <div className={controls.grow}>
          <p>{error.message}</p>
          {error.file !== undefined && !error.message.includes(error.file) && (
            <p className={controls.file}>{error.file}</p>
          )}
          {error.fix !== undefined && <p>{error.fix}</p>}
        </div>
      </header>
      {error.detail !== undefined && (
        <details>
          <summary>{t('app.details')}</summary>
          <pre>{error.detail}</pre>
        </details>
      )}
      <div className={controls.actions}>
        {children}
        <Button tone="quiet" onClick={() => void navigator.clipboard?.writeText(asText)}>
          <Copy size={14} aria-hidden /> {t('app.copy')}
        </Button>
      </div>
    </div>
  );
}
