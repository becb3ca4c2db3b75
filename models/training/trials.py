#!/usr/bin/env python3
"""Lay the verification trials of models/trials (no sound in them): which pieces of which recordings are compared.

  trials.py --data DIR --out DIR          DIR = ../shared/data

Sets: `other` = LibriSpeech test-other, every speaker's clips against each other and against those of the others; `clean` =
train-clean-100 speakers that train.py is not given, one clip each, pieces that do not touch; `talk` = conversations with a
reference, pieces where one person speaks alone, compared within a recording. Which speakers are kept out, and which pairs
of different speakers are taken, goes by hashes: nobody chose them.
"""
import argparse
import glob
import hashlib
import itertools
import os
import unicodedata

KEPT_OUT, DEV, MIN_SEC, MAX_IMPOSTORS = 42, 8, 12, 3000
TALKS = ('audio/pyannote_ami_debug', 'audio/pyannote_sample', 'composed/libri_conv/dev')

rank = lambda text: hashlib.sha256(f'diarist-voice trials {text}'.encode()).hexdigest()


def seconds(path):
    with open(path, 'rb') as f:
        b = f.read(42)                                       # STREAMINFO: 36 bits of total samples end at byte 26
    assert b[:4] == b'fLaC'
    return (int.from_bytes(b[18:26], 'big') & (1 << 36) - 1) / 16000


def alone(folder, sec):
    """pieces of `sec` seconds in which, by the RTTM files of a folder, one person speaks and nobody else"""
    turns = {}
    for path in sorted(glob.glob(folder + '/*.rttm')):
        for line in open(path):
            f = line.split()
            turns.setdefault(f[1], []).append((float(f[3]), float(f[3]) + float(f[4]), f[7]))
    sound = {os.path.splitext(unicodedata.normalize('NFC', os.path.basename(p)))[0].replace('ñ', 'n'): p
             for p in glob.glob(folder + '/*.wav') + glob.glob(folder + '/*.flac')}
    for name, spans in sorted(turns.items()):
        for start, end, who in sorted(spans):
            others = [(max(start, b), min(end, e)) for b, e, w in spans if w != who and b < end and e > start]
            t = start
            while t + sec <= end:
                hit = [e for b, e in others if b < t + sec and e > t]
                if hit:
                    t = max(hit)
                else:
                    yield who, sound[name], round(t, 3), round(t + sec, 3)
                    t += sec + 0.25


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('--data', required=True); ap.add_argument('--out', required=True)
    a = ap.parse_args()
    rel = lambda p: os.path.relpath(p, a.data)
    speech = a.data + '/speech/librispeech_resemblyzer'
    clean = {os.path.basename(p).split('-')[0]: p for p in glob.glob(speech + '/librispeech_train-clean-100/*.flac')}
    order = sorted((s for s, p in clean.items() if seconds(p) >= MIN_SEC), key=rank)
    kept, dev = sorted(order[:KEPT_OUT], key=int), sorted(order[KEPT_OUT:KEPT_OUT + DEV], key=int)
    segments, trials = [], []

    def condition(name, pieces):
        """pieces: (speaker, path, start, end); of one speaker every pair is a trial, in `other` across clips only"""
        ids = []
        for speaker, path, start, end in pieces:
            ids.append((f's{len(segments):03d}', speaker, path, start))
            segments.append((ids[-1][0], speaker, rel(path), f'{start:.3f}', f'{end:.3f}'))
        same, other = [], []
        for x, y in itertools.combinations(ids, 2):
            if name.startswith('talk') and x[2] != y[2]:
                continue
            if x[1] != y[1]:
                other.append((x[0], y[0]))
            elif x[2] != y[2] or not name.startswith('other'):
                same.append((x[0], y[0]))
        other = sorted(sorted(other, key=lambda p: rank(' '.join(p)))[:MAX_IMPOSTORS])
        trials.extend((name, 1, *p) for p in same)
        trials.extend((name, 0, *p) for p in other)
        print(name, len(ids), 'pieces', len(same), 'same', len(other), 'different')

    utterances = [(os.path.basename(os.path.dirname(p)), p, seconds(p))
                  for p in sorted(glob.glob(speech + '/librispeech_test-other/*/*.flac'))]
    centred = lambda sec, n: [(s, p, round((k + 0.5) * d / n - sec / 2, 3), round((k + 0.5) * d / n - sec / 2, 3) + sec)
                              for s, p, d in utterances for k in range(n) if d / n >= sec]
    condition('other-1.5s', centred(1.5, 2))
    condition('other-3s', centred(3, 1))
    condition('other-whole', [(s, p, 0, d) for s, p, d in utterances])
    laid = lambda sec, gap: [(s, clean[s], 0.25 + k * (sec + gap), 0.25 + k * (sec + gap) + sec) for s in kept
                             for k in range(int((seconds(clean[s]) - 0.25 + gap) // (sec + gap)))]
    condition('clean-1.5s', laid(1.5, 0.5))
    condition('clean-3s', laid(3, 0.5))
    condition('talk-1.5s', [p for folder in TALKS for p in alone(a.data + '/' + folder, 1.5)])
    os.makedirs(a.out, exist_ok=True)
    with open(a.out + '/segments.tsv', 'w') as f:
        f.write('segment\tspeaker\tfile\tstartSec\tendSec\n')
        f.writelines('\t'.join(s) + '\n' for s in segments)
    with open(a.out + '/trials.tsv', 'w') as f:
        f.write('condition\tsame\tfirst\tsecond\n')
        f.writelines('\t'.join(map(str, t)) + '\n' for t in trials)
    with open(a.out + '/speakers.tsv', 'w') as f:
        f.write('use\tspeakers\nclean\t' + ','.join(kept) + '\ndev\t' + ','.join(dev) + '\n')


if __name__ == '__main__':
    main()
