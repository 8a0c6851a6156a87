import { describe, expect, it } from 'vitest';
import { renderAudit } from '../../reports/audit-report.ts';
import { HOSTILE } from '../../reports/testing/hostile-text.ts';
import { modernRequirements } from '../audit/requirements/modern.ts';
import { createRedaction } from '../model/redaction.ts';
import { auditAnnotations, auditJunit, auditMarkdown } from './audit-reporters.ts';
import { withoutSecrets } from './audit-secrets.ts';
import { auditList, auditText, printable } from './audit-text.ts';
import { sampleAudit } from './testing/sample-audit.ts';

const VILE = '\u001b[2J|<script>\u202e::error::\r\nnew line';

describe('auditText', () => {
  it('has one line a requirement, the messages of what is broken, and what was seen beside', () => {
    const text = auditText(sampleAudit('quiet'), 200);
    expect(text.split('\n')[0]).toBe(
      'quiet 1 (tasks-2026-07-28, http): 1 broken, 1 against advice (should); 1 met, 1 not observable, 1 not applicable',
    );
    for (const id of ['2026-13', '2026-20', '2026-25', '2026-37', '2026-47']) expect(text).toContain(`│ ${id}`);
    expect(text).toContain('-> 12 ms, client 1 POST, mcp-method: tasks/get\n     {"id":1}');
    expect(text).toContain('<- 15 ms, client 1 HTTP 200\n     quiet … 3000 characters more');
    expect(text).toContain('https://example.org/tasks#polling (the official suite: sep-2663-x)');
    expect(text).toContain('warning: quiet');
  });

  it('prints nothing of a server that could move the cursor or turn text around', () => {
    const text = auditText(sampleAudit(VILE), 200);
    for (const character of ['\u001b', '\u202e', '\r']) expect(text).not.toContain(character);
    expect(printable('\u001b[31mred\n\u2028')).toBe('\\u001b[31mred \\u2028');
  });

  it('says of a server that was not reached why', () => {
    const text = auditText({ ...sampleAudit(''), target: null, error: 'nobody listens' }, 100);
    expect(text).toBe('audit: the server could not be audited: nobody listens');
  });

  it('lists the requirements with the probes that look at them', () => {
    const list: unknown = JSON.parse(auditList(modernRequirements, { json: true, columns: 100 }));
    expect(list).toMatchObject({
      schema: 'claimcheck/requirements@1',
      requirements: expect.arrayContaining([expect.objectContaining({ id: '2026-01', probes: ['modern-discovery'] })]),
    });
    expect(auditList(modernRequirements, { json: false, columns: 100 })).toContain('2026-48');
  });
});

describe('withoutSecrets', () => {
  it('takes out of reasons, notes and messages what a server said of what it was given', () => {
    const { rows, notes } = sampleAudit('you sent s3cret-token-1');
    const redacted = withoutSecrets({ rows, notes }, createRedaction(['s3cret-token-1']));
    expect(JSON.stringify(redacted)).not.toContain('s3cret');
    expect(redacted.rows[1]?.frames[1]?.text).toBe('you sent [redacted]');
    expect(withoutSecrets({ rows, notes }, null)).toEqual({ rows, notes });
  });
});

describe('reporters of an audit', () => {
  it('make a failure of a broken must, output of a broken should, and skip what was not seen', () => {
    const xml = auditJunit(sampleAudit(VILE));
    expect(xml).toMatch(/tests="5" failures="1" errors="0" skipped="2"/);
    expect(xml).toContain('against advice: no statusMessage');
    expect(xml).not.toContain('\u001b');
  });

  it('annotate a must as an error and a should as a warning, with text that ends no command', () => {
    const [error, warning, ...more] = auditAnnotations(sampleAudit(VILE));
    expect(error).toMatch(/^::error title=2026-20%3A A task/);
    expect(error).not.toContain('\n');
    expect(warning).toMatch(/^::warning title=2026-25/);
    expect(more).toEqual([]);
  });

  it('make a table whose cells a server cannot leave', () => {
    const lines = auditMarkdown(sampleAudit(VILE)).split('\n');
    expect(lines.filter((line) => line.startsWith('| 2026-'))).toHaveLength(5);
    expect(lines.join('\n')).not.toContain('<script>');
  });
});

describe('the report of an audit', () => {
  it('escapes whatever a server said, and leads to each source', () => {
    const page = renderAudit(sampleAudit(HOSTILE), { replay: 'claimcheck report out', script: null });
    expect(page).not.toContain('<img src=x');
    expect(page.match(/<script/g) ?? []).toHaveLength(1); // The data of charts, of which there are none.
    expect(page).toContain('href="https://example.org/tasks#polling"');
    expect(page).toContain('claimcheck report out');
    expect(page).toContain('id="requirement-2026-20"');
  });
});
