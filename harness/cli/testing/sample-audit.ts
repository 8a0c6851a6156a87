import { AUDIT_SCHEMA, type AuditDocument, type AuditRow } from '../../model/audit.ts';

const section = { name: 'Tasks, Task Polling', url: 'https://example.org/tasks#polling' };

function row(more: Partial<AuditRow>): AuditRow {
  return {
    ...{ id: '2026-13', title: 'A task can be read at once.', level: 'must', subject: 'server', section },
    ...{ conformance: null, outcome: 'met', reason: 'it was there', probes: ['modern-lifecycle'], frames: [] },
    ...more,
  };
}

/** An audit with one of each outcome; `vile` stands wherever a server has a say. */
export function sampleAudit(vile: string): AuditDocument {
  const frames = [
    {
      direction: 'sent',
      link: 'client 1',
      atMs: 12,
      head: 'POST\nmcp-method: tasks/get',
      text: '{"id":1}',
      cutChars: 0,
    },
    { direction: 'received', link: 'client 1', atMs: 15, head: 'HTTP 200', text: vile, cutChars: 3_000 },
  ] as const;
  return {
    ...{ schema: AUDIT_SCHEMA, claimcheck: '0.1.0', startedAt: '2026-11-21T10:00:00.000Z', durationMs: 1_234 },
    ...{ interrupted: false, exitCode: 1, error: null },
    target: { kind: 'command', server: { name: vile, version: '1' }, dialect: 'tasks-2026-07-28', transport: 'http' },
    counts: { broken: 2, met: 1, 'not-observable': 1, 'not-applicable': 1 },
    rows: [
      row({}),
      row({ id: '2026-20', outcome: 'broken', reason: vile, frames, conformance: 'sep-2663-x' }),
      row({ id: '2026-25', level: 'should', outcome: 'broken', reason: 'no statusMessage', frames: [] }),
      row({ id: '2026-37', subject: 'client', outcome: 'not-observable', reason: 'a duty of the client' }),
      row({ id: '2026-47', outcome: 'not-applicable', reason: 'one principal' }),
    ],
    notes: [{ probe: 'modern-crash', kind: 'bad', text: vile, frames: [] }],
  };
}
