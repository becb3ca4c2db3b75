import { z } from 'zod';
import type { WebSocket } from 'ws';
import { toErrorData, AppError } from '#shared/api/errors.ts';
import type { HostFrame } from '#shared/api/wire.ts';
import { beatMs } from '#shared/api/wire.ts';
import type { Dispatch } from '../api/dispatch.ts';
import type { EventBus } from '../api/events.ts';

const callFrameSchema = z.object({
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  method: z.string().max(100),
  input: z.unknown(),
});

/** A face that reads this far behind is cut off; it connects again and reads the present state. */
const maxBacklogBytes = 64 * 1024 * 1024;

/** Carries the contract over one WebSocket. */
export function attachSocket(socket: WebSocket, dispatch: Dispatch, events: EventBus): void {
  const send = (frame: HostFrame): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(frame));
  };
  const stopEvents = events.on((event) => {
    if (socket.bufferedAmount > maxBacklogBytes) socket.terminate();
    else send({ event });
  });

  let missedPongs = 0;
  const beat = setInterval(() => {
    if (missedPongs >= 3) return socket.terminate();
    missedPongs += 1;
    socket.ping();
    send({ beat: true });
  }, beatMs);
  beat.unref();
  socket.on('pong', () => {
    missedPongs = 0;
  });

  socket.on('message', (data: Buffer, isBinary) => {
    const call = isBinary ? null : parseCall(data);
    if (!call) {
      const error = toErrorData(new AppError('bad-input', 'This is not a call: { id, method, input } as JSON text.'));
      return send({ id: null, error });
    }
    void dispatch(call.method, call.input).then((result) => send({ id: call.id, result }));
  });
  socket.on('close', () => {
    clearInterval(beat);
    stopEvents();
  });
  // `close` follows; broken frames of a peer are no news.
  socket.on('error', () => {});
}

function parseCall(data: Buffer): z.infer<typeof callFrameSchema> | null {
  try {
    const parsed = callFrameSchema.safeParse(JSON.parse(data.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
