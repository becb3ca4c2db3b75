import type { FaceViewConsumerKind } from '../views/consumer.ts';
import { RowFile, RowValues } from '../views/row-file.ts';
import { LIP, LIP_VALUES, lipIndexFile, lipsFile, MIN_MESH_PROBABILITY, type LipIndex } from './lip-file.ts';

/** Keeps what the pass measures of the lips of every face it looks at: `lips.f32`, `lips.json`. */
export const lipsKind: FaceViewConsumerKind = {
  id: 'lips',
  version: '2',
  models: ['face-mesh'],
  artifacts: { lips: lipsFile, lipIndex: lipIndexFile },
  async open(input) {
    const file = await RowFile.create(input.outputPath(lipsFile), input.rowCount, LIP_VALUES);
    let measuredRows = 0;
    let fallbackRows = 0;
    return {
      crops: [],
      beginBlock(faces) {
        const rows = new RowValues(faces, LIP_VALUES);
        return {
          push(batch) {
            batch.faces.forEach((face, at) => rows.set(face, batch.lips, at * LIP_VALUES));
            return Promise.resolve();
          },
          end: () => Promise.resolve(rows.values),
        };
      },
      async collect(faces, values) {
        await file.write(faces, values);
        for (let at = LIP.meshProbability; at < values.length; at += LIP_VALUES) {
          if (!Number.isNaN(values[at]!)) measuredRows++;
          if (values[at]! < MIN_MESH_PROBABILITY) fallbackRows++;
        }
      },
      async finish() {
        await file.close();
        await input.writeJson(lipIndexFile, {
          frameRateHz: input.frameRateHz,
          rowCount: input.rowCount,
          valuesPerRow: LIP_VALUES,
          net: 'face-mesh',
          measuredRows,
          fallbackRows,
          minMeshProbability: MIN_MESH_PROBABILITY,
        } satisfies LipIndex);
      },
      abandon: () => file.close(),
    };
  },
};
