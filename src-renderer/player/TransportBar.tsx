import { Pause, Play, Repeat, StepBack, StepForward } from 'lucide-react';
import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { frameIndexAt } from '#shared/media/frame-table.ts';
import type { CommandId } from '../commands/catalogue.ts';
import { command } from '../commands/registry.ts';
import { word } from '../timeline/words.ts';
import { Button, Tooltip, classes } from '../ui/controls.tsx';
import { exactTime } from '../ui/format.ts';
import { CommandHint } from '../ui/keys.tsx';
import { player, usePlayer } from './player.ts';
import styles from './Player.module.css';
import { rateSteps } from './transport-math.ts';

/** Time, transport, speed, loop and frame number. The time is written past React, once per frame. */
export function TransportBar(): ReactElement {
  const playing = usePlayer((state) => state.playing);
  const loop = usePlayer((state) => state.loop);
  const shuttle = usePlayer((state) => state.shuttle);
  const reverseHasSound = usePlayer((state) => state.reverseHasSound);
  const durationSec = usePlayer((state) => state.durationSec);
  const canPlay = usePlayer((state) => state.status === 'ready');
  return (
    <div className={styles.transport}>
      <div className={styles.times}>
        <Clock />
        <span className={styles.duration}>/ {exactTime(durationSec).replace(/\.\d+$/u, '')}</span>
      </div>
      <div className={styles.buttons}>
        <TransportButton id="frame.back" run={() => player.stepFrame(-1)} disabled={!canPlay}>
          <StepBack size={14} aria-hidden />
        </TransportButton>
        <TransportButton id="play.shuttleBack" run={() => player.shuttle(-1)} disabled={!canPlay}>
          <span className={classes(styles.letter, shuttle < 0 && styles.active)}>J</span>
        </TransportButton>
        <TransportButton id="play.toggle" run={() => player.toggle()} disabled={!canPlay} className={styles.play}>
          {playing ? (
            <Pause size={14} fill="currentColor" aria-hidden />
          ) : (
            <Play size={14} fill="currentColor" aria-hidden />
          )}
        </TransportButton>
        <TransportButton id="play.shuttleForward" run={() => player.shuttle(1)} disabled={!canPlay}>
          <span className={classes(styles.letter, shuttle > 0 && styles.active)}>L</span>
        </TransportButton>
        <TransportButton id="frame.forward" run={() => player.stepFrame(1)} disabled={!canPlay}>
          <StepForward size={14} aria-hidden />
        </TransportButton>
      </div>
      <div className={styles.options}>
        {shuttle < 0 && <span>{word(reverseHasSound ? 'reverse' : 'reverseSilent', { speed: -shuttle })}</span>}
        <Rate />
        <Tooltip content={<CommandHint id="play.loop" />} side="top">
          <Button
            tone="quiet"
            className={classes(styles.option, loop && styles.active)}
            aria-pressed={loop}
            onClick={() => player.setLoop(!loop)}
          >
            <Repeat size={13} aria-hidden />
            <span className={styles.optionText}>{word(loop ? 'loopOn' : 'loopOff')}</span>
          </Button>
        </Tooltip>
        <FrameNumber />
      </div>
    </div>
  );
}

interface TransportButtonProps {
  id: CommandId;
  run: () => void;
  disabled: boolean;
  className?: string | undefined;
  children: ReactNode;
}

function TransportButton({ id, run, disabled, className, children }: TransportButtonProps): ReactElement {
  return (
    <Tooltip content={<CommandHint id={id} />} side="top">
      <Button
        tone="quiet"
        icon
        aria-label={command(id).title()}
        disabled={disabled}
        className={className ?? ''}
        onClick={run}
      >
        {children}
      </Button>
    </Tooltip>
  );
}

function Clock(): ReactElement {
  const element = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const show = (sec: number) => {
      if (element.current) element.current.textContent = exactTime(sec);
    };
    show(player.currentSec());
    return player.onTime(show);
  }, []);
  return <strong className={styles.now} ref={element} data-testid="playhead-time" />;
}

function Rate(): ReactElement {
  const rate = usePlayer((state) => state.rate);
  const steps = rateSteps.includes(rate as (typeof rateSteps)[number]) ? rateSteps : [...rateSteps, rate].sort();
  return (
    <select
      className={styles.rate}
      aria-label={word('rate')}
      value={rate}
      onChange={(event) => {
        player.setRate(Number(event.target.value));
        event.target.blur();
      }}
    >
      {steps.map((step) => (
        <option key={step} value={step}>
          {Number.isInteger(step * 10) ? step.toFixed(1) : step}×
        </option>
      ))}
    </select>
  );
}

/** The number of the frame on the screen, by the container's frame table, from 0. */
function FrameNumber(): ReactElement | null {
  const element = useRef<HTMLSpanElement | null>(null);
  const times = usePlayer((state) => state.frameTimesSec);
  const hasPicture = usePlayer((state) => state.hasPicture);
  useEffect(() => {
    if (!times) return;
    const show = (sec: number) => {
      const number = Math.max(0, frameIndexAt(times, sec));
      if (element.current) element.current.textContent = word('frame', { number: number.toLocaleString('fr') });
    };
    show(player.presentedSec());
    return player.onFrame(show);
  }, [times]);
  return hasPicture && times ? <span className={styles.frame} ref={element} /> : null;
}
