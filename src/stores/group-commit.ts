import type Database from 'libsql';

/**
 * Writes of one turn of the event loop in one transaction, hence with one sync of the disk: that sync is what a write
 * costs, and twenty clients at once wait for one instead of twenty. A write resolves when it is on the disk.
 */
export interface GroupCommit {
  write<T>(statement: () => T): Promise<T>;
  /** Commits what is waiting. */
  flush(): void;
}

interface Pending {
  /** Executes the statement; returns what tells its caller once it is committed. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

export function createGroupCommit(database: Database.Database): GroupCommit {
  let waiting: Pending[] = [];
  let immediate: NodeJS.Immediate | undefined;

  function flush(): void {
    clearImmediate(immediate);
    immediate = undefined;
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      for (const tell of commit(database, group)) tell();
    } catch (error) {
      if (group.length === 1) group[0]?.fail(error);
      else for (const one of group) alone(database, one);
    }
  }

  return {
    flush,
    write: (statement) =>
      new Promise((resolve, reject) => {
        const run = () => {
          const result = statement();
          return () => resolve(result);
        };
        waiting.push({ run, fail: reject });
        // Not a microtask: every client whose request has arrived is read before it comes.
        immediate ??= setImmediate(flush);
      }),
  };
}

/** The group failed and is rolled back: one write's fault must not be the others'. */
function alone(database: Database.Database, one: Pending): void {
  try {
    for (const tell of commit(database, [one])) tell();
  } catch (error) {
    one.fail(error);
  }
}

function commit(database: Database.Database, group: readonly Pending[]): readonly (() => void)[] {
  database.exec('BEGIN IMMEDIATE');
  try {
    const tells = group.map(({ run }) => run());
    database.exec('COMMIT');
    return tells;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
