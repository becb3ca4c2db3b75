import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { CommandId } from '../commands/catalogue.ts';
import { keyCaps } from '../commands/key-label.ts';
import type { KeyNames } from '../commands/key-label.ts';
import { command } from '../commands/registry.ts';
import { Button, Tooltip, controls } from './controls.tsx';
import type { ButtonProps } from './controls.tsx';

interface KeyboardWithLayout {
  getLayoutMap?: () => Promise<ReadonlyMap<string, string>>;
}

let names: KeyNames = { mac: /Mac/u.test(globalThis.navigator?.platform ?? ''), layout: new Map() };
const listeners = new Set<() => void>();
let asked = false;

/** The names of keys on this machine's layout; English until the browser has told. */
function useKeyNames(): KeyNames {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      if (!asked) {
        asked = true;
        const { keyboard } = navigator as Navigator & { keyboard?: KeyboardWithLayout };
        keyboard?.getLayoutMap?.().then(
          (layout) => {
            names = { ...names, layout };
            for (const each of listeners) each();
          },
          () => undefined,
        );
      }
      return () => listeners.delete(listener);
    },
    () => names,
  );
}

const arrows: Readonly<Record<string, LucideIcon>> = {
  '←': ArrowLeft,
  '→': ArrowRight,
  '↑': ArrowUp,
  '↓': ArrowDown,
};

/** Arrows are drawn: not every font has them. */
function capIcon(cap: string): ReactNode {
  const Arrow = arrows[cap];
  if (!Arrow) return cap;
  return (
    <>
      <Arrow size={11} aria-hidden />
      <span className="visually-hidden">{cap}</span>
    </>
  );
}

/** The keys of a chord as caps. */
export function Chord({ chord }: { chord: string }): ReactElement {
  const caps = keyCaps(chord, useKeyNames());
  return (
    <span className={controls.chord}>
      {caps.map((cap) => (
        <kbd key={cap} className={controls.kbd}>
          {capIcon(cap)}
        </kbd>
      ))}
    </span>
  );
}

/** What a command does and its first key. */
export function CommandHint({ id }: { id: CommandId }): ReactElement {
  const { keys, title } = command(id);
  return (
    <>
      <span>{title()}</span>
      {keys[0] !== undefined && <Chord chord={keys[0]} />}
    </>
  );
}

export interface CommandButtonProps extends Omit<ButtonProps, 'onClick'> {
  id: CommandId;
  children: ReactNode;
}

/** A button that runs a command; its tooltip shows title and key. */
export function CommandButton({ id, children, ...rest }: CommandButtonProps): ReactElement {
  const { title, run } = command(id);
  return (
    <Tooltip content={<CommandHint id={id} />}>
      <Button {...(rest.icon ? { 'aria-label': title() } : {})} {...rest} onClick={() => run()}>
        {children}
      </Button>
    </Tooltip>
  );
}
