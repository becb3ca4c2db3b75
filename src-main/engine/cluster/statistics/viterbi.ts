/**
 * The most probable sequence of states that are equally likely to follow one another: `logStay` within a state, `logLeave`
 * to each other one.
 * @param score steps × states, log-likelihoods
 * @returns state of each step
 */
export function viterbi(score: Float64Array, states: number, logStay: number, logLeave: number): Int32Array {
  const steps = states === 0 ? 0 : score.length / states;
  const out = new Int32Array(steps);
  if (steps === 0 || states < 2) return out;
  const back = new Uint16Array(steps * states);
  let now = Float64Array.from(score.subarray(0, states));
  let next = new Float64Array(states);
  for (let t = 1; t < steps; t++) {
    let top = 0;
    for (let s = 1; s < states; s++) if (now[s]! > now[top]!) top = s;
    const arriving = now[top]! + logLeave;
    for (let s = 0; s < states; s++) {
      const staying = now[s]! + logStay;
      const stays = staying >= arriving || s === top;
      back[t * states + s] = stays ? s : top;
      next[s] = (stays ? staying : arriving) + score[t * states + s]!;
    }
    [now, next] = [next, now];
  }
  let state = 0;
  for (let s = 1; s < states; s++) if (now[s]! > now[state]!) state = s;
  for (let t = steps - 1; t >= 0; t--) {
    out[t] = state;
    if (t > 0) state = back[t * states + state]!;
  }
  return out;
}
