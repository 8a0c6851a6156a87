import type { AuditDocument, AuditRow } from '../model/audit.ts';
import { conclusion, OUTCOME_WORDS, printable } from './audit-text.ts';
import { ANNOTATIONS_MAX, command } from './reporters/github.ts';
import { fail, legal, loadBuilder, skip } from './reporters/junit.ts';

/** One suite, one case a requirement. A broken should is no failure; what was not observable is an error, never a pass. */
export function auditJunit(document: AuditDocument): string {
  const builder = loadBuilder().newBuilder();
  const suite = builder.testSuite().name(legal(`audit ${nameOf(document)}`));
  suite.timestamp(new Date(document.startedAt)).time(document.durationMs / 1000);
  if (document.error !== null) {
    const text = legal(document.error);
    suite.testCase().className('audit').name('the server can be audited').error(text, 'unreachable', text);
  }
  for (const row of document.rows) {
    const test = suite
      .testCase()
      .className(`audit.${row.section.name}`)
      .name(legal(`${row.id} ${row.title}`));
    if (row.outcome === 'broken' && row.level === 'must') fail(test, 'broken', detailOf(row));
    else if (row.outcome === 'broken') test.standardOutput(legal(`against advice: ${detailOf(row)}`));
    else if (row.outcome !== 'met') skip(test, `${OUTCOME_WORDS[row.outcome]}: ${row.reason}`);
  }
  return builder.build();
}

/** `::error` for a broken must, `::warning` for a broken should, as many as GitHub shows. */
export function auditAnnotations({ rows, error }: AuditDocument): readonly string[] {
  const of = (kind: 'error' | 'warning', level: AuditRow['level']) =>
    rows
      .filter((row) => row.outcome === 'broken' && row.level === level)
      .slice(0, ANNOTATIONS_MAX)
      .map(({ id, title, reason }) => command(kind, `${id}: ${title}`, reason));
  const ended = error === null ? [] : [command('error', 'the audit did not come to its end', error)];
  return [...ended, ...of('error', 'must'), ...of('warning', 'should')];
}

/** For the job summary of GitHub. */
export function auditMarkdown(document: AuditDocument): string {
  const cell = (text: string) => printable(text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = document.rows.map(
    ({ id, level, outcome, title, reason }) =>
      `| ${id} | ${level} | ${OUTCOME_WORDS[outcome]} | ${cell(title)} | ${cell(reason)} |`,
  );
  return [
    `## Claimcheck audit: ${cell(nameOf(document))}`,
    '',
    document.target === null ? cell(document.error ?? '') : conclusion(document),
    '',
    ...['| id | level | outcome | requirement | what was seen |', '|---|---|---|---|---|'],
    ...rows,
    '',
  ].join('\n');
}

function nameOf({ target }: AuditDocument): string {
  return target === null
    ? 'a server that was not reached'
    : `${target.server.name} (${target.dialect}, ${target.transport})`;
}

function detailOf({ reason, frames }: AuditRow): string {
  return [reason, ...frames.map(({ direction, text }) => `${direction === 'sent' ? '->' : '<-'} ${text}`)].join('\n');
}
