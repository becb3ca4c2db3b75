import { DropdownMenu } from 'radix-ui';
import { Ellipsis } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './controls.tsx';
import styles from './Menu.module.css';

export interface MenuItem {
  label: string;
  onSelect: () => void;
  disabled?: boolean;
  danger?: boolean;
  hint?: ReactNode;
}

/** A small menu behind an ellipsis. Not modal: no scroll lock, which would need inline styles. */
export function MoreMenu({
  label,
  items,
  className,
}: {
  label: string;
  items: MenuItem[];
  className?: string | undefined;
}): ReactElement {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button tone="quiet" icon aria-label={label} className={className}>
          <Ellipsis size={15} aria-hidden />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align="end" sideOffset={4} collisionPadding={8}>
          {items.map((item) => (
            <DropdownMenu.Item
              key={item.label}
              className={styles.item}
              data-tone={item.danger ? 'danger' : undefined}
              disabled={item.disabled ?? false}
              onSelect={item.onSelect}
            >
              {item.label}
              {item.hint}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
