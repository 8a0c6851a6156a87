/**
 * What the workers of one exploration share in memory: flags that end their work, counters for progress, and which kinds of
 * failure somebody is already working on. One word each; a worker looks between two runs.
 */
export interface SharedState {
  /** No new runs; what is being shrunk is finished. */
  stop(): void;
  isStopped(): boolean;
  /** Everything ends with the run in progress; a task that is begun later too. */
  abort(): void;
  isAborted(): boolean;
  /** A run is over, of the search or of a shrink: a sign of life. */
  beat(): void;
  beats(): number;
  countRun(events: number): void;
  runs(): number;
  events(): number;
  /** true for the first that asks, in whichever worker. */
  claim(kind: string): boolean;
  /** Ready for the next task, unless all was aborted. */
  reset(): void;
}

const STATE = 0;
const RUNS = 1;
/** In thousands, so that a long search does not run over. */
const EVENTS = 2;
const BEATS = 3;
const CLAIMS = 4;
// There are fewer invariants than this, and few bugs show more than a handful.
const CLAIM_COUNT = 256;

const STOPPED = 1;
const ABORTED = 2;

export function createSharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((CLAIMS + CLAIM_COUNT) * Int32Array.BYTES_PER_ELEMENT);
}

export function createSharedState(memory: SharedArrayBuffer): SharedState {
  const words = new Int32Array(memory);
  let spareEvents = 0;
  return {
    stop() {
      Atomics.compareExchange(words, STATE, 0, STOPPED);
    },
    isStopped: () => Atomics.load(words, STATE) !== 0,
    abort() {
      Atomics.store(words, STATE, ABORTED);
    },
    isAborted: () => Atomics.load(words, STATE) === ABORTED,
    beat() {
      Atomics.add(words, BEATS, 1);
    },
    beats: () => Atomics.load(words, BEATS),
    countRun(events) {
      Atomics.add(words, RUNS, 1);
      spareEvents += events;
      Atomics.add(words, EVENTS, Math.floor(spareEvents / 1000));
      spareEvents %= 1000;
    },
    runs: () => Atomics.load(words, RUNS),
    events: () => Atomics.load(words, EVENTS) * 1000,
    claim(kind) {
      const mark = markOf(kind);
      for (let slot = CLAIMS; slot < words.length; slot += 1) {
        const found = Atomics.compareExchange(words, slot, 0, mark);
        if (found === 0) return true;
        if (found === mark) return false;
      }
      return false;
    },
    reset() {
      // An interrupt may come before there is anything to interrupt.
      Atomics.compareExchange(words, STATE, STOPPED, 0);
      for (let word = RUNS; word < words.length; word += 1) Atomics.store(words, word, 0);
    },
  };
}

/** A number for a text (FNV-1a), never 0. */
function markOf(text: string): number {
  let mark = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) mark = Math.imul(mark ^ text.charCodeAt(index), 0x01000193);
  return mark | 1;
}
