/**
 *   npm run bench -- faces [--places N]
 *
 * Every detector of faces that can be run (BlazeFace comes with the app, the others out of ../shared/models): how many of the
 * faces of four people of GRID it finds that are pasted at 24, 32, 48 and 96 pixels into 1280×720 of noisy grey, N places each
 * (default 5), how many faces it sees that are none there and in frames of a cartoon, and CPU milliseconds a look. Limits, for
 * the default: recall of 80 % at 24 pixels and 0.1 false faces a frame.
 */
import { FrameStream } from '#media/frames.ts';
import { packageTools } from '#media/find-tools.ts';
import { probeMedia } from '#media/probe.ts';
import { resolveModel } from '#models/registry.ts';
import { decodeDetections } from '#engine/video/face-detect/detection-file.ts';
import { iou, type Box } from '#engine/video/face-detect/detection.ts';
import { faceDetect, type Detector } from '#engine/video/face-detect/face-detect-kernel.ts';
import { firstFrame, greyFrame, pasteFace, type FacePicture } from '#engine/video/testing/pasted-faces.ts';
import { localKernelContext, modelsDir } from '#engine/audio/testing/local-kernels.ts';
import { seededRandom } from '#engine/audio/testing/synthetic-pcm.ts';
import { hasShared, sharedPath } from '../src-main/testing/shared-data.ts';

const minRecall = 0.8;
const maxFalseFaces = 0.1;
const FACE_PX = [24, 32, 48, 96] as const;
const PEOPLE = ['bbaf2n', 'lbax4n', 'lbbc2a', 'lwbsza'];
/** With the scores and sizes of their stages; longer side of the frames they are given. */
const detectors = [
  { detector: 'blazeface', model: 'blazeface', minScore: 0.5, longerSidePx: 640, isChecked: true },
  { detector: 'yunet', model: 'yunet', minScore: 0.6, longerSidePx: 640, isChecked: true },
  { detector: 'retinaface', model: 'retinaface-mnet025', minScore: 0.7, longerSidePx: 1280, isChecked: false },
  { detector: 'rfb-320', model: 'ultralight-rfb', minScore: 0.9, longerSidePx: 640, isChecked: false },
] as const satisfies readonly { detector: Detector; [more: string]: unknown }[];

type Picture = Pick<FacePicture, 'size' | 'data'>;
const context = localKernelContext();
const modelPath = async (id: string): Promise<string> =>
  (await resolveModel(id, [modelsDir, sharedPath('models')])).path;

async function find(which: (typeof detectors)[number], picture: Picture): Promise<{ faces: Box[]; cpuMs: number }> {
  const input = {
    ...{ detector: which.detector, size: picture.size, minScore: which.minScore, strideFrames: 5, scale: 1 },
    ...{ squarePx: which.longerSidePx, appearancePath: null },
    modelPath: await modelPath(which.model),
    meshPath: which.isChecked ? await modelPath('face-mesh') : null,
    frames: [{ index: 0, data: Uint8Array.from(picture.data), scan: true }],
  };
  const start = process.cpuUsage();
  const { output } = await faceDetect(context, input);
  const { user, system } = process.cpuUsage(start);
  const { pictureWidthPx: width, pictureHeightPx: height } = picture.size;
  const faces = decodeDetections(output.rows).flatMap((frame) =>
    frame.faces.map(({ x1, y1, x2, y2 }) => ({ x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height })),
  );
  return { faces, cpuMs: (user + system) / 1000 };
}

/** Every fifth frame of a cartoon. */
async function cartoon(longerSidePx: number): Promise<Picture[]> {
  const file = sharedPath('data/video/misc_no_face/big_buck_bunny_small.mp4');
  const tools = await packageTools();
  const source = { path: file, probe: await probeMedia(tools, file), choice: { range: null } };
  const stream = new FrameStream(tools, source, { maxWidthPx: longerSidePx, maxHeightPx: longerSidePx });
  const frames: Picture[] = [];
  for await (const frame of stream) if (frame.index % 5 === 0) frames.push({ size: stream.size, data: frame.keep() });
  return frames;
}

export async function run(args: string[]): Promise<number> {
  const places = args.includes('--places') ? Number(args[args.indexOf('--places') + 1]) : 5;
  if (!(places > 0)) {
    console.error('Usage: npm run bench -- faces [--places N]');
    return 2;
  }
  if (!hasShared) {
    console.log('Not measured: the clips of GRID in ../shared/data are not there.');
    return 0;
  }
  const people: FacePicture[] = [];
  for (const name of PEOPLE) {
    const picture = await firstFrame(sharedPath(`data/video/grid_10speakers/GRID/${name}.mpg`));
    people.push({ ...picture, face: (await find(detectors[0], picture)).faces[0]! });
  }
  console.log(
    'detector     ' +
      FACE_PX.map((px) => `${px} px`.padStart(9)).join('') +
      '  false/frame  in a cartoon  CPU ms a look',
  );
  let isWithin = true;
  for (const which of detectors) {
    const random = seededRandom(11);
    const unit = (): number => Math.abs(random() % 1);
    const { longerSidePx } = which;
    const recalls: number[] = [];
    let falseFaces = 0;
    let cpuMs = 0;
    // The first run makes ready.
    await find(which, people[0]!);
    for (const facePx of FACE_PX) {
      const side = (facePx * longerSidePx) / 1280;
      let hits = 0;
      for (const person of people) {
        for (let place = 0; place < places; place++) {
          const frame = greyFrame(longerSidePx, unit);
          const room = 2 * side + 10;
          const x = Math.floor(5 + (longerSidePx - room - 10) * unit());
          const y = Math.floor(5 + ((longerSidePx * 9) / 16 - room - 10) * unit());
          const truth = pasteFace(frame, person, x, y, side);
          const found = await find(which, frame);
          if (found.faces.some((face) => iou(face, truth) > 0.3)) hits++;
          falseFaces += found.faces.filter((face) => iou(face, truth) <= 0.3).length;
          cpuMs += found.cpuMs;
        }
      }
      recalls.push(hits / (people.length * places));
    }
    const looks = FACE_PX.length * people.length * places;
    const drawn = await cartoon(longerSidePx);
    let inCartoon = 0;
    for (const frame of drawn) inCartoon += (await find(which, frame)).faces.length;
    console.log(
      which.detector.padEnd(13) +
        recalls.map((recall) => `${(100 * recall).toFixed(0)} %`.padStart(9)).join('') +
        (falseFaces / looks).toFixed(3).padStart(13) +
        (inCartoon / drawn.length).toFixed(3).padStart(14) +
        (cpuMs / looks).toFixed(1).padStart(15),
    );
    if (which.detector === 'blazeface') isWithin = recalls[0]! >= minRecall && falseFaces / looks <= maxFalseFaces;
  }
  return isWithin ? 0 : 1;
}
