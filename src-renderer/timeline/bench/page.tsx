import { Tooltip } from 'radix-ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../../ui/tokens.css';
import '../../ui/base.css';
import { player } from '../../player/player.ts';
import { PlayerView } from '../../player/PlayerView.tsx';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { aFile } from '../../testing/builders.ts';
import { MemoryApi } from '../../testing/memory-api.ts';
import { setTheme } from '../../ui/theme.ts';
import { Timeline } from '../Timeline.tsx';
import { viewport } from '../viewport.ts';
import { benchDocument } from './document.ts';
import { runScript } from './script.ts';

/**
 * The real player and timeline on a made-up document, without a host: for `npm run bench -- ui` and for looking at.
 * `?segments=&duration=&media=&theme=&video=1` change what is shown.
 */
const query = new URLSearchParams(location.search);
const durationSec = Number(query.get('duration') ?? 14_400);
const made = benchDocument(Number(query.get('segments') ?? 20_000), durationSec);
const hasVideo = query.has('video');

const api = new MemoryApi();
const file = aFile('m', {
  name: query.get('media') ?? 'four-hours.wav',
  probe: {
    ...aFile('m').probe,
    durationSec,
    video: hasVideo
      ? [
          {
            index: 0,
            codec: 'h264',
            profile: null,
            pixelFormat: 'yuv420p',
            widthPx: 640,
            heightPx: 360,
            rotationDeg: 0,
            frameRate: 25,
            variableFrameRate: false,
            startSec: 0,
            durationSec,
          },
        ]
      : [],
  },
});
api.addFile(file, made.records);
for (const [at, hypothesis] of made.hypotheses.entries()) {
  api.hypotheses.push({
    info: {
      id: `h${at}`,
      mediaId: 'm',
      label: hypothesis.label,
      origin: 'machine',
      createdMs: 0,
      speakerCount: 8,
      segmentCount: hypothesis.segments.length,
      provenance: null,
      warnings: [],
    },
    segments: hypothesis.segments,
  });
}
api.handlers['media.sources'] = () => ({
  playUrl: query.has('media') ? `/${query.get('media')}` : null,
  playsProxy: false,
  playNote: query.has('media') ? null : 'A document for measuring: nothing to play.',
  peaksUrl: '/peaks.bin',
  frameTableUrl: hasVideo ? '/frames.bin' : null,
  vadUrl: null,
  pcmUrl: null,
  evidence: {},
});

setTheme(query.get('theme') === 'light' ? 'light' : 'dark');
useAppStore.setState({ api });
const review = useReviewStore;
review.getState().connect(api);
await review.getState().open('m');
review.subscribe((state, before) => {
  if (state.audition && state.audition !== before.audition) {
    player.playSpan(state.audition.startSec, state.audition.endSec);
  }
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Tooltip.Provider>
      <div style={{ display: 'grid', gridTemplateRows: '412px minmax(0, 1fr)', height: '100%' }}>
        <PlayerView />
        <Timeline />
      </div>
    </Tooltip.Provider>
  </StrictMode>,
);

declare global {
  interface Window {
    bench: { runScript: typeof runScript; review: typeof review; viewport: typeof viewport; player: typeof player };
  }
}
window.bench = { runScript, review, viewport, player };
