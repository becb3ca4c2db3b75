import { AppError } from '../api/errors.ts';
import { strictScoring, type ScoringOptions } from './scoring-input.ts';

/** How a data set or challenge scores: figures are only comparable within one protocol. */
export interface Protocol {
  id: string;
  label: string;
  options: Pick<ScoringOptions, 'collarSec' | 'ignoreOverlap' | 'convention'>;
}

const protocol = (
  id: string,
  label: string,
  collarSec: number,
  ignoreOverlap: boolean,
  convention = strictScoring.convention,
): Protocol => {
  return { id, label, options: { collarSec, ignoreOverlap, convention } };
};

export const protocols: readonly Protocol[] = [
  protocol('strict', 'No collar, overlap scored (pyannote benchmark, 3D-Speaker, MISP)', 0, false),
  protocol('voxconverse', 'VoxConverse / VoxSRC: collar 0.25 s, overlap scored', 0.25, false),
  protocol('dihard', 'DIHARD II and III (dscore): no collar, overlap scored', 0, false, 'dscore'),
  protocol('dscore', 'dscore defaults: no collar, overlap scored', 0, false, 'dscore'),
  protocol('ami-forgiving', 'VBx "forgiving": collar 0.25 s, overlap left out', 0.25, true),
  protocol('ami-fair', 'VBx "fair": collar 0.25 s, overlap scored', 0.25, false),
  protocol('ami-full', 'VBx "full": no collar, overlap scored', 0, false),
  protocol('callhome', 'CALLHOME: collar 0.25 s, overlap scored', 0.25, false),
  protocol('callhome-no-overlap', 'CALLHOME as in older papers: collar 0.25 s, overlap left out', 0.25, true),
];

/** @throws AppError bad-input naming the protocols there are */
export function findProtocol(id: string): Protocol {
  const found = protocols.find((one) => one.id === id.toLowerCase());
  if (found) return found;
  throw new AppError('bad-input', `There is no scoring protocol "${id}".`, {
    fix: `Use one of: ${protocols.map((one) => one.id).join(', ')}.`,
  });
}
