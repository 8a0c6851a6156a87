/** The seed of one case: every worker has a stream of its own, so that the machine's speed moves no other's cases. 31 bits. */
export function caseSeed(place: {
  readonly seed: number;
  readonly worker: number;
  readonly iteration: number;
}): number {
  let state = mixed(place.seed ^ 0x9e3779b9);
  state = mixed(state ^ (place.worker + 1));
  return mixed(state ^ (place.iteration + 1)) >>> 1;
}

/** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
