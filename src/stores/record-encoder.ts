import type { TaskRecord } from '../tasks/task.ts';
import { encodeTask } from '../tasks/task-record.ts';

/** Records as text, for stores that keep them so, and how many bytes of it they were given. */
export interface RecordEncoder {
  encode(task: TaskRecord): string;
  /** Of all texts so far, in UTF-8. */
  byteCount(): number;
}

export function createRecordEncoder(): RecordEncoder {
  let byteCount = 0;
  return {
    encode(task) {
      const text = encodeTask(task);
      byteCount += Buffer.byteLength(text);
      return text;
    },
    byteCount: () => byteCount,
  };
}
