import type { FrameBody, Stamped } from './event.ts';
import type { FrameList, Request } from './event-store.ts';
import { type ByRequest, groupIdOf, idsOf } from './history-lookup.ts';

const DIRECTIONS = ['out', 'in'] as const;
const ACTIONS = ['pass', 'hold', 'delay', 'drop', 'dup', 'cut', 'flip'] as const;
const TYPES = ['request', 'response', 'notification', 'garbage'] as const;
const ROWS_AT_FIRST = 1024;
const GROWTH = 2;
const NONE = -1;

/** What few frames have. */
type Rest = Pick<FrameBody, 'rpcId' | 'http' | 'text' | 'sha' | 'entries' | 'delayMs' | 'process'>;

interface Columns {
  seq: Float64Array;
  t: Float64Array;
  wall: Float64Array;
  bytes: Float64Array;
  /** A numeric id; NaN: none, or it stands in the rest. */
  rpcId: Float64Array;
  conn: Uint32Array;
  method: Uint32Array;
  /** direction + 2 · action + 16 · type */
  code: Uint8Array;
  /** The row before with the same connection and id. */
  previous: Int32Array;
}

/** Frames as columns, some 60 bytes each instead of 400; half of a history are frames, and hardly any is looked at twice. */
export interface FrameTable extends FrameList {
  add(frame: Stamped<FrameBody>): void;
  of(request: Request): readonly Stamped<FrameBody>[];
  groups(): Iterable<readonly Stamped<FrameBody>[]>;
  bySeq(seq: number): Stamped<FrameBody> | undefined;
}

export function createFrameTable(): FrameTable {
  return new Table();
}

class Table implements FrameTable {
  length = 0;
  #columns = columnsFor(ROWS_AT_FIRST);
  readonly #conns = createNames();
  readonly #methods = createNames();
  readonly #rest = new Map<number, Rest>();
  readonly #latest: ByRequest<number> = new Map();

  add(frame: Stamped<FrameBody>): void {
    const row = this.length;
    if (row === this.#columns.seq.length) this.#columns = grown(this.#columns);
    this.length += 1;
    const columns = this.#columns;
    columns.seq[row] = frame.seq;
    columns.t[row] = frame.t;
    columns.wall[row] = frame.wall;
    columns.bytes[row] = frame.bytes;
    columns.rpcId[row] = typeof frame.rpcId === 'number' ? frame.rpcId : Number.NaN;
    columns.conn[row] = this.#conns.numberOf(frame.conn);
    columns.method[row] = frame.method === undefined ? 0 : this.#methods.numberOf(frame.method) + 1;
    columns.code[row] =
      DIRECTIONS.indexOf(frame.dir) + 2 * ACTIONS.indexOf(frame.action) + 16 * TYPES.indexOf(frame.type);
    columns.previous[row] = this.#link(frame, row);
    const rest = restOf(frame);
    if (rest) this.#rest.set(row, rest);
  }

  of({ conn, rpcId }: Request): readonly Stamped<FrameBody>[] {
    return this.#chain(this.#latest.get(conn)?.get(rpcId) ?? NONE);
  }

  *groups(): Iterable<readonly Stamped<FrameBody>[]> {
    for (const rows of this.#latest.values()) for (const row of rows.values()) yield this.#chain(row);
  }

  bySeq(seq: number): Stamped<FrameBody> | undefined {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#columns.seq[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low < this.length && this.#columns.seq[low] === seq ? this.#frame(low) : undefined;
  }

  some(test: (frame: Stamped<FrameBody>) => boolean): boolean {
    for (const frame of this) if (test(frame)) return true;
    return false;
  }

  filter(test: (frame: Stamped<FrameBody>) => boolean): readonly Stamped<FrameBody>[] {
    const found: Stamped<FrameBody>[] = [];
    for (const frame of this) if (test(frame)) found.push(frame);
    return found;
  }

  *[Symbol.iterator](): Iterator<Stamped<FrameBody>> {
    for (let row = 0; row < this.length; row += 1) yield this.#frame(row);
  }

  /** A frame and those before it of the same group. */
  #chain(latest: number): readonly Stamped<FrameBody>[] {
    const frames: Stamped<FrameBody>[] = [];
    for (let row = latest; row !== NONE; row = this.#columns.previous[row] ?? NONE) frames.push(this.#frame(row));
    return frames.reverse();
  }

  #link(frame: FrameBody, row: number): number {
    const id = groupIdOf(frame);
    if (id === null) return NONE;
    const own = idsOf(this.#latest, frame.conn);
    const previous = own.get(id) ?? NONE;
    own.set(id, row);
    return previous;
  }

  #frame(row: number): Stamped<FrameBody> {
    const { seq, t, wall, bytes, rpcId, conn, method, code } = this.#columns;
    const bits = code[row] ?? 0;
    const id = rpcId[row] ?? Number.NaN;
    const methodNumber = method[row] ?? 0;
    return {
      seq: seq[row] ?? 0,
      t: t[row] ?? 0,
      wall: wall[row] ?? 0,
      kind: 'frame',
      conn: this.#conns.nameOf(conn[row] ?? 0),
      dir: DIRECTIONS[bits & 1] ?? 'out',
      action: ACTIONS[(bits >> 1) & 7] ?? 'pass',
      bytes: bytes[row] ?? 0,
      type: TYPES[bits >> 4] ?? 'garbage',
      ...(Number.isNaN(id) ? {} : { rpcId: id }),
      ...(methodNumber === 0 ? {} : { method: this.#methods.nameOf(methodNumber - 1) }),
      ...this.#rest.get(row),
    };
  }
}

/** The text of a message is in history.jsonl; only of what is no message a finding quotes it. */
function restOf({ rpcId, http, text, type, sha, entries, delayMs, process }: FrameBody): Rest | null {
  const hasOddId = rpcId === null || typeof rpcId === 'string';
  const isGarbage = type === 'garbage' && text !== undefined;
  const isPlain =
    !hasOddId &&
    !isGarbage &&
    sha === undefined &&
    entries === undefined &&
    delayMs === undefined &&
    process === undefined;
  if (isPlain && (http === undefined || http === 200)) return http === undefined ? null : HTTP_OK;
  return {
    ...(hasOddId ? { rpcId } : {}),
    ...(http === undefined ? {} : { http }),
    ...(isGarbage ? { text } : {}),
    ...(sha === undefined ? {} : { sha }),
    ...(entries === undefined ? {} : { entries }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(process === undefined ? {} : { process }),
  };
}

/** What every good answer over HTTP has. */
const HTTP_OK: Rest = Object.freeze({ http: 200 });

function columnsFor(rows: number): Columns {
  return {
    seq: new Float64Array(rows),
    t: new Float64Array(rows),
    wall: new Float64Array(rows),
    bytes: new Float64Array(rows),
    rpcId: new Float64Array(rows),
    conn: new Uint32Array(rows),
    method: new Uint32Array(rows),
    code: new Uint8Array(rows),
    previous: new Int32Array(rows),
  };
}

function grown(columns: Columns): Columns {
  const larger = columnsFor(columns.seq.length * GROWTH);
  larger.seq.set(columns.seq);
  larger.t.set(columns.t);
  larger.wall.set(columns.wall);
  larger.bytes.set(columns.bytes);
  larger.rpcId.set(columns.rpcId);
  larger.conn.set(columns.conn);
  larger.method.set(columns.method);
  larger.code.set(columns.code);
  larger.previous.set(columns.previous);
  return larger;
}

/** Numbers names from 0 in the order in which they are first met. */
function createNames(): { numberOf(name: string): number; nameOf(number: number): string } {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  return {
    numberOf(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, names.length);
      names.push(name);
      return names.length - 1;
    },
    nameOf: (number) => names[number] ?? '',
  };
}
