import type { AuditRow } from '../model/audit.ts';
import { EXIT, type ExitCode } from '../model/exit-code.ts';

/** 1: a must is broken. 3: with `strict`, a should is. 2: nothing at all was seen. What is a duty of clients breaks nothing here. */
export function auditExitCode(rows: readonly AuditRow[], strict: boolean): ExitCode {
  const broken = rows.filter(({ outcome }) => outcome === 'broken');
  if (broken.some(({ level }) => level === 'must')) return EXIT.violated;
  if (strict && broken.length > 0) return EXIT.threshold;
  return rows.some(({ outcome }) => outcome === 'met' || outcome === 'broken') ? EXIT.valid : EXIT.unknown;
}
