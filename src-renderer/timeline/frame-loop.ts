/** A piece of drawing that runs at most once a frame, and only after it was asked for. */
export interface FrameTask {
  /** Ask for a run in the next frame. Cheap; as often as one likes. */
  invalidate(): void;
  dispose(): void;
}

interface OwnedTask extends FrameTask {
  run: (nowMs: number) => void;
  dirty: boolean;
}

type RequestFrame = (callback: (nowMs: number) => void) => number;

/**
 * The one scheduler of everything that draws: one requestAnimationFrame a frame, tasks in the order they were added,
 * so that ruler, waveform, lanes and playhead of one frame show one viewport.
 */
export class FrameLoop {
  private tasks: OwnedTask[] = [];
  private pending = false;
  private readonly requestFrame: RequestFrame;

  constructor(requestFrame: RequestFrame = (callback) => requestAnimationFrame(callback)) {
    this.requestFrame = requestFrame;
  }

  add(run: (nowMs: number) => void): FrameTask {
    const task: OwnedTask = {
      run,
      dirty: false,
      invalidate: () => {
        task.dirty = true;
        this.schedule();
      },
      dispose: () => {
        task.dirty = false;
        this.tasks = this.tasks.filter((other) => other !== task);
      },
    };
    this.tasks = [...this.tasks, task];
    return task;
  }

  /** Tasks that are alive, for leak tests. */
  get taskCount(): number {
    return this.tasks.length;
  }

  private schedule(): void {
    if (this.pending) return;
    this.pending = true;
    this.requestFrame(this.tick);
  }

  private readonly tick = (nowMs: number): void => {
    this.pending = false;
    // The array is replaced, never changed, by add and dispose: safe to walk while tasks come and go.
    const tasks = this.tasks;
    for (const task of tasks) {
      if (!task.dirty) continue;
      task.dirty = false;
      task.run(nowMs);
    }
  };
}

/** The app's loop. */
export const frameLoop = new FrameLoop();
