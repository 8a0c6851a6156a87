import Module, { createRequire } from 'node:module';
import type { Owner, World } from '../world.ts';
import type { Fake, FakeContext } from './fake.ts';
import { keptForRun } from './kept-for-run.ts';
import { refuse } from './refusal.ts';
import { type Call, functionAt, isCall, overrideEach, undoAll } from './replacement.ts';

// The drivers that run SQLite in this process; each may be there in several copies.
const DRIVER = /(^|[\\/])(libsql|better-sqlite3)([\\/]|$)/;
const BUSY_TIMEOUT = /\bbusy_timeout\s*[=(]\s*\d+\s*\)?/gi;
const SYNCHRONOUS = /\bsynchronous\s*[=(]\s*(?:\w+|'\w+')\s*\)?/gi;
const CLOCK_OR_CHANCE = new RegExp(
  [
    /\bcurrent_(?:timestamp|time|date)\b/,
    /\b(?:date|time|datetime|julianday|unixepoch)\s*\(\s*(?:\)|'now')/,
    /\bstrftime\s*\([^)]*'now'/,
    /\brandom(?:blob)?\s*\(/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
  'i',
);

/**
 * SQLite in this process (libsql, better-sqlite3, node:sqlite): a boot's databases are remembered, so that its end can roll open
 * transactions back and close them. Nothing waits for a lock: in one thread nobody could release it meanwhile. Nothing waits for
 * the disk either: a kill takes the process, not the machine. SQL that reads the machine's clock or draws random numbers ends
 * the run.
 */
export const DATABASES: Fake = {
  meta: {
    id: 'databases',
    title: 'SQLite databases',
    description: "A boot's databases are closed with it, open transactions rolled back.",
    source: 'https://www.sqlite.org/lang_transaction.html',
  },
  install(context) {
    const undo: (() => void)[] = [];
    const patched = new Set<object>();
    const watch = (loaded: unknown) => {
      const prototype = prototypeOf(loaded);
      if (prototype === null || patched.has(prototype)) return;
      patched.add(prototype);
      undo.push(watchDriver(context, prototype));
    };
    for (const [file, cached] of Object.entries(createRequire(import.meta.url).cache)) {
      if (DRIVER.test(file)) watch(cached?.exports);
    }
    watch(builtinDriver());
    const load = functionAt(Module, '_load');
    const fake: Call = function (this: unknown, ...args) {
      const loaded = Reflect.apply(load, this, args);
      if (DRIVER.test(String(args[0]))) watch(loaded);
      return loaded;
    };
    Reflect.set(Module, '_load', fake);
    undo.push(() => Reflect.set(Module, '_load', load));
    return () => undoAll(undo)();
  },
};

// A property of each owner that only this file knows: its databases, each with its driver's own exec.
const opened = keptForRun<Owner, Map<object, Call>>();

/** Closes every database a boot used and left open; what it had not committed is undone. Returns how many transactions that were. */
export function closeDatabases(owner: Owner): number {
  let undone = 0;
  for (const [database, exec] of opened.get(owner) ?? []) {
    if (!isOpen(database)) continue;
    if (rollBack(database, exec)) undone += 1;
    Reflect.apply(functionAt(database, 'close'), database, []);
  }
  opened.delete(owner);
  return undone;
}

function isOpen(database: object): boolean {
  // better-sqlite3 and libsql say `open`, node:sqlite `isOpen` (its `open` is a method).
  const flag: unknown = Reflect.get(database, 'isOpen') ?? Reflect.get(database, 'open');
  return flag === true || isCall(flag);
}

/** true: there was a transaction. */
function rollBack(database: object, exec: Call): boolean {
  const flag: unknown = Reflect.get(database, 'inTransaction') ?? Reflect.get(database, 'isTransaction');
  if (flag === false) return false;
  try {
    Reflect.apply(exec, database, ['ROLLBACK']);
    return true;
  } catch {
    // A driver that does not say whether one is open: there was none.
    return false;
  }
}

function watchDriver(context: FakeContext, prototype: object): () => void {
  const exec = functionAt(prototype, 'exec');
  const statements = new Set<object>();
  const undo: (() => void)[] = [];
  const watchStatement = (statement: unknown) => {
    const of: unknown = typeof statement === 'object' && statement !== null ? Object.getPrototypeOf(statement) : null;
    if (typeof of !== 'object' || of === null || statements.has(of)) return;
    statements.add(of);
    undo.push(
      overrideEach(context, of, ['get'], (_name, real) => (_world, args, self) => {
        return untimed(Reflect.apply(real, self, args));
      }),
    );
  };
  undo.push(
    overrideEach(context, prototype, ['prepare', 'exec', 'pragma'], (name, real) => (world, args, self) => {
      const [sql, ...rest] = args;
      if (typeof self !== 'object' || self === null || typeof sql !== 'string') return Reflect.apply(real, self, args);
      remember(world, self, exec);
      const found = CLOCK_OR_CHANCE.exec(sql)?.[0];
      if (found !== undefined) refuse(world, `SQL '${found}'`, "the machine's clock and randomness in SQL");
      const asked = sql.replace(BUSY_TIMEOUT, 'busy_timeout = 0').replace(SYNCHRONOUS, 'synchronous = OFF');
      const result = Reflect.apply(real, self, [asked, ...rest]);
      if (name === 'prepare') watchStatement(result);
      return result;
    }),
  );
  return () => undoAll(undo)();
}

/** libsql puts into a row how long the query took, in real time. */
function untimed(row: unknown): unknown {
  const metadata: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, '_metadata') : undefined;
  if (typeof metadata === 'object' && metadata !== null && 'duration' in metadata) Reflect.set(metadata, 'duration', 0);
  return row;
}

function remember(world: World, database: object, exec: Call): void {
  const owner = world.current();
  const known = opened.get(owner) ?? new Map<object, Call>();
  opened.set(owner, known);
  if (known.has(database)) return;
  known.set(database, exec);
  // What it was opened with.
  Reflect.apply(exec, database, ['PRAGMA busy_timeout = 0; PRAGMA synchronous = OFF']);
}

/** null: what was loaded is no class of databases. */
function prototypeOf(loaded: unknown): object | null {
  if (!isCall(loaded)) return null;
  const prototype: unknown = Reflect.get(loaded, 'prototype');
  if (typeof prototype !== 'object' || prototype === null) return null;
  return isCall(Reflect.get(prototype, 'exec')) && isCall(Reflect.get(prototype, 'prepare')) ? prototype : null;
}

/** node:sqlite's class, on a Node that has one. It is loaded without its warning: nobody asked for it yet. */
function builtinDriver(): unknown {
  if (!Module.isBuiltin('node:sqlite')) return null;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const loaded: unknown = createRequire(import.meta.url)('node:sqlite');
    return typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'DatabaseSync') : null;
  } finally {
    process.emitWarning = emitWarning;
  }
}
