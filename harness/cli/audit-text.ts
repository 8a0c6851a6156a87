import Table from 'cli-table3';
import { probes } from '../audit/probes/index.ts';
import type { Requirement } from '../audit/requirement.ts';
import type { AuditDocument, AuditFrame, AuditNote, AuditOutcome, AuditRow } from '../model/audit.ts';
import { jsonText } from './json-file.ts';
import { visible } from './visible-text.ts';

export const OUTCOME_WORDS: Readonly<Record<AuditOutcome, string>> = {
  broken: 'BROKEN',
  met: 'met',
  'not-observable': 'not observable',
  'not-applicable': 'not applicable',
};

// In a terminal; audit.json has the rest.
const FRAME_CHARS_MAX = 600;

/** One line a requirement, then the messages that show what is broken, then what was seen beside. */
export function auditText(document: AuditDocument, columns: number): string {
  const { target, error, rows, notes } = document;
  if (target === null) return `audit: the server could not be audited: ${error ?? 'it did not answer'}`;
  const { server, dialect, transport } = target;
  const head = `${printable(server.name)} ${printable(server.version)} (${dialect}, ${transport}): ${conclusion(document)}`;
  const broken = rows.filter(({ outcome }) => outcome === 'broken');
  return [
    head,
    tableOf(rows, columns),
    ...broken.flatMap(brokenText),
    ...notes.map(noteText),
    ...(error === null ? [] : ['', `The audit did not come to its end: ${printable(error)}`]),
  ].join('\n');
}

/** What is broken in a sentence. */
export function conclusion({ rows, counts }: Pick<AuditDocument, 'rows' | 'counts'>): string {
  const broken = rows.filter(({ outcome }) => outcome === 'broken');
  const musts = broken.filter(({ level }) => level === 'must').length;
  const shoulds = broken.length - musts;
  const seen = `${counts.met} met, ${counts['not-observable']} not observable, ${counts['not-applicable']} not applicable`;
  if (broken.length === 0) return `nothing broken; ${seen}`;
  return `${musts} broken, ${shoulds} against advice (should); ${seen}`;
}

function tableOf(rows: readonly AuditRow[], columns: number): string {
  const head = ['id', 'level', 'outcome', 'requirement', 'what was seen'];
  const fixed = [9, 8, 16];
  const rest = Math.max(60, columns - fixed.reduce((sum, width) => sum + width + 1, 2) - 2);
  const colWidths = [...fixed, Math.floor(rest * 0.45), Math.ceil(rest * 0.55)];
  const table = new Table({ head, colWidths, wordWrap: true, style: { head: [], border: [], compact: true } });
  table.push(
    ...rows.map(({ id, level, outcome, title, reason }) => [
      id,
      level,
      OUTCOME_WORDS[outcome],
      title,
      printable(reason),
    ]),
  );
  return table.toString();
}

function brokenText({ id, level, title, reason, section, conformance, frames }: AuditRow): readonly string[] {
  const also = conformance === null ? '' : ` (the official suite: ${conformance})`;
  return [
    '',
    `${id} ${level.toUpperCase()} ${title}`,
    `  ${printable(reason)}`,
    `  ${section.name}: ${section.url}${also}`,
    ...frames.flatMap(frameText),
  ];
}

function frameText({ direction, link, atMs, head, text, cutChars }: AuditFrame): readonly string[] {
  const shown = text.slice(0, FRAME_CHARS_MAX);
  const left = cutChars + text.length - shown.length;
  const arrow = direction === 'sent' ? '->' : '<-';
  const headText = head === null ? '' : ` ${printable(head.replaceAll('\n', ', '))}`;
  return [
    `  ${arrow} ${atMs} ms, ${link}${headText}`,
    `     ${printable(shown)}${left > 0 ? ` … ${left} characters more` : ''}`,
  ];
}

function noteText({ kind, text }: AuditNote): string {
  return `${kind === 'bad' ? 'warning' : 'beside'}: ${printable(text)}`;
}

/** What a stranger said, in one line, and without what would move the cursor of a terminal or turn its text around. */
export function printable(text: string): string {
  return visible(text).replaceAll(/[\t\n]/g, ' ');
}

/** --list: the requirements, and which probes look at each. */
export function auditList(
  requirements: readonly Requirement[],
  { json, columns }: { readonly json: boolean; readonly columns: number },
): string {
  const rows = requirements.map((requirement) => ({ ...requirement, probes: probesOf(requirement.id) }));
  if (json) return jsonText({ schema: 'claimcheck/requirements@1', requirements: rows });
  const colWidths = [9, 8, 9, Math.max(40, Math.floor(columns * 0.5)), Math.max(24, Math.floor(columns * 0.25))];
  const head = ['id', 'level', 'duty of', 'requirement', 'looked at by'];
  const table = new Table({ head, colWidths, wordWrap: true, style: { head: [], border: [], compact: true } });
  table.push(
    ...rows.map(({ id, level, subject, title, unseen, probes: by }) => [
      ...[id, level, subject, title],
      by.length > 0 ? by.join(', ') : (unseen ?? 'nothing yet'),
    ]),
  );
  return table.toString();
}

function probesOf(requirement: string): readonly string[] {
  return Object.values(probes).flatMap(({ meta }) => (meta.observes.includes(requirement) ? [meta.id] : []));
}
