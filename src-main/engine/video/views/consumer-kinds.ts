import type { FaceViewConsumerKind } from './consumer.ts';

/** Who looks at faces in the second pass, in a fixed order. */
export const faceViewConsumers: readonly FaceViewConsumerKind[] = [];
