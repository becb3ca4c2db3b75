import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../api/errors.ts';
import { isNumpyFile, readNumpyDictionary } from './numpy-dictionary.ts';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Written by NumPy 1.24: {'id1/a.wav': float32 [1, 4], 'id2/é.wav': float64 [1, 4], 'big': big-endian float32 [4]}. */
const saved: [protocol: number, base64: string][] = [
  [
    2,
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAAmNudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEAY251bXB5Cm5kYXJyYXkKcQFLAIVxAmNfY29kZWNzCmVuY29kZQpxA1gBAAAAYnEEWAYAAABsYXRpbjFxBYZxBlJxB4dxCFJxCShLASljbnVtcHkKZHR5cGUKcQpYAgAAAE84cQuJiIdxDFJxDShLA1gBAAAAfHEOTk5OSv////9K/////0s/dHEPYoldcRB9cREoWAkAAABpZDEvYS53YXZxEmgAaAFLAIVxE2gHh3EUUnEVKEsBSwFLBIZxFmgKWAIAAABmNHEXiYiHcRhScRkoSwNYAQAAADxxGk5OTkr/////Sv////9LAHRxG2KJaANYEQAAAAAAAAAAAMKAPgAAAD8AAEA/cRxoBYZxHVJxHnRxH2JYCgAAAGlkMi/DqS53YXZxIGgAaAFLAIVxIWgHh3EiUnEjKEsBSwFLBIZxJGgKWAIAAABmOHEliYiHcSZScScoSwNoGk5OTkr/////Sv////9LAHRxKGKJaANYIwAAAAAAAAAAAMOwPwAAAAAAAADDgAAAAAAAAAhAAAAAAAAAw6A/cSloBYZxKlJxK3RxLGJYAwAAAGJpZ3EtaABoAUsAhXEuaAeHcS9ScTAoSwFLBIVxMWgKWAIAAABmNHEyiYiHcTNScTQoSwNYAQAAAD5xNU5OTkr/////Sv////9LAHRxNmKJaANYEgAAAEDCgAAAQEAAAEAAAAA/woAAAHE3aAWGcThScTl0cTpidWF0cTtiLg==',
  ],
  [
    3,
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqAA2NudW1weS5jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEAY251bXB5Cm5kYXJyYXkKcQFLAIVxAkMBYnEDh3EEUnEFKEsBKWNudW1weQpkdHlwZQpxBlgCAAAATzhxB4mIh3EIUnEJKEsDWAEAAAB8cQpOTk5K/////0r/////Sz90cQtiiV1xDH1xDShYCQAAAGlkMS9hLndhdnEOaABoAUsAhXEPaAOHcRBScREoSwFLAUsEhnESaAZYAgAAAGY0cROJiIdxFFJxFShLA1gBAAAAPHEWTk5OSv////9K/////0sAdHEXYolDEAAAAAAAAIA+AAAAPwAAQD9xGHRxGWJYCgAAAGlkMi/DqS53YXZxGmgAaAFLAIVxG2gDh3EcUnEdKEsBSwFLBIZxHmgGWAIAAABmOHEfiYiHcSBScSEoSwNoFk5OTkr/////Sv////9LAHRxImKJQyAAAAAAAADwPwAAAAAAAADAAAAAAAAACEAAAAAAAADgP3EjdHEkYlgDAAAAYmlncSVoAGgBSwCFcSZoA4dxJ1JxKChLAUsEhXEpaAZYAgAAAGY0cSqJiIdxK1JxLChLA1gBAAAAPnEtTk5OSv////9K/////0sAdHEuYolDEECAAABAQAAAQAAAAD+AAABxL3RxMGJ1YXRxMWIu',
  ],
  [
    4,
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJWwAQAAAAAAAIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3RydWN0lJOUjAVudW1weZSMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwEpaAOMBWR0eXBllJOUjAJPOJSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0s/dJRiiV2UfZQojAlpZDEvYS53YXaUaAJoBUsAhZRoB4eUUpQoSwFLAUsEhpRoC4wCZjSUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYolDEAAAAAAAAIA+AAAAPwAAQD+UdJRijAppZDIvw6kud2F2lGgCaAVLAIWUaAeHlFKUKEsBSwFLBIaUaAuMAmY4lImIh5RSlChLA2gbTk5OSv////9K/////0sAdJRiiUMgAAAAAAAA8D8AAAAAAAAAwAAAAAAAAAhAAAAAAAAA4D+UdJRijANiaWeUaAJoBUsAhZRoB4eUUpQoSwFLBIWUaAuMAmY0lImIh5RSlChLA4wBPpROTk5K/////0r/////SwB0lGKJQxBAgAAAQEAAAEAAAAA/gAAAlHSUYnVhdJRiLg==',
  ],
  [
    5,
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABZXGAQAAAAAAAIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwMX3JlY29uc3RydWN0lJOUjAVudW1weZSMB25kYXJyYXmUk5RLAIWUQwFilIeUUpQoSwEpaAOMBWR0eXBllJOUjAJPOJSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0s/dJRiiV2UfZQojAlpZDEvYS53YXaUjBJudW1weS5jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWEAAAAAAAAAAAAAAAAACAPgAAAD8AAEA/lGgLjAJmNJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiSwFLBIaUjAFDlHSUUpSMCmlkMi/DqS53YXaUaBYoliAAAAAAAAAAAAAAAAAA8D8AAAAAAAAAwAAAAAAAAAhAAAAAAAAA4D+UaAuMAmY4lImIh5RSlChLA2gbTk5OSv////9K/////0sAdJRiSwFLBIaUaB50lFKUjANiaWeUaBYolhAAAAAAAAAAQIAAAEBAAABAAAAAP4AAAJRoC4wCZjSUiYiHlFKUKEsDjAE+lE5OTkr/////Sv////9LAHSUYksEhZRoHnSUUpR1YXSUYi4=',
  ],
];
/** A pickle that would run a command. */
const hostile = bytesOf(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqABJUsAAAAAAAAAH2UjAFhlIwFcG9zaXiUjAZzeXN0ZW2Uk5SMCmVjaG8gb3duZWSUhZRSlHMu',
);
const matrix = bytesOf(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
);

describe('a dictionary of embeddings saved by NumPy', () => {
  it.each(saved)('is read whatever protocol it was pickled with (%i)', (_protocol, base64) => {
    const bytes = bytesOf(base64);
    expect(isNumpyFile(bytes)).toBe(true);
    const embeddings = readNumpyDictionary(bytes, 'e.npy');
    expect([...embeddings].map(([name, values]) => [name, [...values]])).toEqual([
      ['id1/a.wav', [0, 0.25, 0.5, 0.75]],
      ['id2/é.wav', [1, -2, 3, 0.5]],
      ['big', [4, 3, 2, 1]],
    ]);
  });

  it('runs nothing: a pickle that calls anything else is refused by name', () => {
    expect(() => readNumpyDictionary(hostile, 'e.npy')).toThrow(/system/u);
    expect(() => readNumpyDictionary(matrix, 'e.npy')).toThrow('without utterances');
  });

  it('is read whole or refused, never anything else, when bytes are changed or cut off', () => {
    const bytes = bytesOf(saved[2]![1]);
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      value: fc.integer({ min: 0, max: 255 }),
      length: fc.integer({ min: 7, max: bytes.length }),
    });
    fc.assert(
      fc.property(change, ({ at, value, length }) => {
        const changed = bytes.slice(0, length);
        changed[at] = value;
        try {
          readNumpyDictionary(changed, 'e.npy');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
