import { looksKind } from '../identity/looks-consumer.ts';
import { lipCropsKind } from '../lips/lip-crops-consumer.ts';
import { lipsKind } from '../lips/lips-consumer.ts';
import { syncNetKind } from '../sync/syncnet-consumer.ts';
import { jointKinds } from '../talking/joint-consumer.ts';
import { mssgKind } from '../talking/mssg-consumer.ts';
import { visualKind } from '../talking/visual-consumer.ts';
import type { FaceViewConsumerKind } from './consumer.ts';

/** Who looks at faces in the second pass. Their order is that of their results within a block kept on disk. */
export const faceViewConsumers: readonly FaceViewConsumerKind[] = [
  lipsKind,
  lipCropsKind,
  looksKind,
  visualKind,
  ...jointKinds,
  mssgKind,
  syncNetKind,
];
