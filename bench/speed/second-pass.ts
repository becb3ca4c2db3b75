import { readFile } from 'node:fs/promises';
import type { EngineResult } from '#shared/engine/protocol.ts';
import type { MediaProbe } from '#shared/domain/media.ts';
import { trackIndexSchema } from '#engine/video/tracking/track-file.ts';
import { viewSize } from '#engine/video/views/view-plan.ts';
import { viewWindows } from '#engine/video/views/view-window.ts';
import type { FrameOptions } from '#media/frames.ts';

/** How the second pass of a finished job read the picture, were there speech all the time. */
export async function secondPassFrames(result: EngineResult, probe: MediaProbe): Promise<FrameOptions> {
  const bytesOf = (name: string): Promise<Buffer> => {
    const artifact = result.artifacts.find((one) => one.name === name);
    if (!artifact) throw new Error(`the job left no ${name}`);
    return readFile(artifact.path);
  };
  const { tracks } = trackIndexSchema.parse(JSON.parse((await bytesOf('faceTrackIndex')).toString('utf8')));
  const bytes = await bytesOf('faceTracks');
  const rows = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const looked = tracks.map(({ firstFrame, frameCount }) => [{ from: firstFrame, to: firstFrame + frameCount }]);
  const video = probe.video[0]!;
  const size = viewSize(video, { tracks, rows, looked });
  const view = viewWindows({ from: 0, to: Infinity }, { tracks, rows, looked }, size, video);
  return { maxWidthPx: size.pictureWidthPx, maxHeightPx: size.pictureHeightPx, windows: view?.windows };
}
