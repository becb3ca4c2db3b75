/** A WAV file of 16 kHz whose channels all carry the same samples (int16), more than ffmpeg has layouts for. */
export function manyChannels(samples: Buffer, channels: number): Buffer {
  const block = 2 * channels;
  const data = Buffer.alloc((samples.length / 2) * block);
  for (let frame = 0; frame < samples.length / 2; frame++) {
    for (let c = 0; c < channels; c++) samples.copy(data, frame * block + 2 * c, 2 * frame, 2 * frame + 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(16_000 * block, 28);
  head.writeUInt16LE(block, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
