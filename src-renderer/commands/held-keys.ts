import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import type { Command } from './registry.ts';

/** The app is starting, or the file under review is being read. */
function isLoading(): boolean {
  const { booted, bootError } = useAppStore.getState();
  return bootError === null && (!booted || useReviewStore.getState().loadState === 'loading');
}

/**
 * Keys that choose what is shown, pressed before there is anything to show: they wait for the end of the loading instead of being
 * lost or overruled by it. Where starting fails they are forgotten.
 */
export class HeldKeys {
  #held: Command[] = [];
  #stops: (() => void)[] = [];

  listen(): void {
    this.#stops = [useAppStore.subscribe(() => this.#release()), useReviewStore.subscribe(() => this.#release())];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#held = [];
  }

  /** A command of the view for which it is too early. */
  isEarly(command: Command): boolean {
    return command.group === 'view' && isLoading() && !(useAppStore.getState().booted && command.when());
  }

  hold(command: Command): void {
    this.#held.push(command);
  }

  #release(): void {
    if (this.#held.length === 0 || isLoading()) return;
    const held = this.#held;
    this.#held = [];
    if (useAppStore.getState().bootError !== null) return;
    // What was loaded is on the screen a moment later.
    setTimeout(() => {
      for (const command of held) if (command.when()) command.run();
    });
  }
}
