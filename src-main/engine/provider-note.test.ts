import { expect, it } from 'vitest';
import type { Provider } from '#shared/engine/protocol.ts';
import { noteOfProviders } from './provider-note.ts';

const opened = (...nets: [string, Provider, string | null][]) =>
  new Map(nets.map(([file, provider, reason]) => [`/models/${file}`, { provider, reason }]));

it('says what nets run on, and why not on what was wished', () => {
  expect(noteOfProviders('auto', new Map())).toBe('auto');
  expect(noteOfProviders('cpu', opened(['a.onnx', 'cpu', null]))).toBe('cpu');
  expect(noteOfProviders('auto', opened(['a.onnx', 'cuda', null], ['b.onnx', 'cuda', null]))).toBe('cuda');
  const none = 'cuda refused: no device; webgpu refused: no adapter';
  expect(noteOfProviders('auto', opened(['a.onnx', 'cpu', none], ['b.onnx', 'cpu', none]))).toBe(`cpu (${none})`);
  const some = opened(['a.onnx', 'cpu', 'webgpu: its output y differs'], ['b.onnx', 'webgpu', null]);
  expect(noteOfProviders('webgpu', some)).toBe('webgpu and cpu (a.onnx on cpu: webgpu: its output y differs)');
});
