import type { AuditDocument, AuditFrame } from '../model/audit.ts';
import type { Redaction } from '../model/redaction.ts';

type Seen = Pick<AuditDocument, 'rows' | 'notes'>;

/** What a server may have sent back of what it was given: taken out of all that is kept and shown. */
export function withoutSecrets({ rows, notes }: Seen, redact: Redaction | null): Seen {
  if (redact === null) return { rows, notes };
  const frame = (one: AuditFrame): AuditFrame => ({
    ...one,
    head: one.head === null ? null : redact(one.head),
    text: redact(one.text),
  });
  return {
    rows: rows.map((row) => ({ ...row, reason: redact(row.reason), frames: row.frames.map(frame) })),
    notes: notes.map((note) => ({ ...note, text: redact(note.text), frames: note.frames.map(frame) })),
  };
}
