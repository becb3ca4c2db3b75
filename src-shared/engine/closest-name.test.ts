import { expect, test } from 'vitest';
import { closestName } from './closest-name.ts';

test('a misspelt name is recognised, another is not', () => {
  const names = ['auto', 'diarist-audio', 'diarist-av', 'vbx', 'lium'];
  const meant = {
    'diarist-adio': 'diarist-audio',
    'DIARIST-AV': 'diarist-av',
    vbxx: 'vbx',
    'diarist-auido': 'diarist-audio',
  };
  for (const [given, name] of Object.entries(meant)) expect(closestName(given, names), given).toBe(name);
  for (const given of ['', 'x', 'pyannote', 'a']) expect(closestName(given, names), given).toBeNull();
});
