import type { Handlers } from './dispatch.ts';
import { importLabels } from './import-labels.ts';
import type { Services } from './services.ts';

type HypothesisHandlers = Pick<
  Handlers,
  'hypothesis.list' | 'hypothesis.segments' | 'hypothesis.import' | 'hypothesis.remove'
>;

export const hypothesisHandlers = (services: Services): HypothesisHandlers => {
  const store = () => services.session().store;
  return {
    'hypothesis.list': async ({ mediaId }) => store().listHypotheses(mediaId),
    'hypothesis.segments': async ({ hypothesisId }) => store().hypothesisSegments(hypothesisId),
    'hypothesis.import': async ({ mediaId, fileName, text }) => {
      const media = await store().getMedia(mediaId);
      const target = { fileId: media.fileId, durationSec: media.probe.durationSec };
      const { segments, warnings } = importLabels(text, fileName, target);
      const info = await store().addHypothesis({
        mediaId,
        label: fileName,
        origin: 'import',
        provenance: null,
        warnings,
        segments,
      });
      services.events.emit({ type: 'hypotheses.changed', mediaId });
      return info;
    },
    'hypothesis.remove': async ({ hypothesisId }) => {
      const { mediaId } = await store().getHypothesis(hypothesisId);
      await store().removeHypothesis(hypothesisId);
      services.events.emit({ type: 'hypotheses.changed', mediaId });
      return {};
    },
  };
};
