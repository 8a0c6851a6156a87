// claimcheck audit as users start it: real processes over pipes and sockets, asked, killed and ended again.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { findPackage } from './package.ts';
import { auditSchema } from './published/audit-schema.ts';
import { openProgramStage, type ProgramStage } from './testing/program-stage.ts';

const BROKEN = join(findPackage().root, 'dist/fixtures/servers/main.js');

let stage: ProgramStage;
beforeAll(() => {
  stage = openProgramStage();
});
afterAll(() => stage[Symbol.dispose]());

async function audit(...args: readonly string[]) {
  const { code, stdout, stderr } = await stage.run('audit', '--json', '--quiet', ...args);
  expect(stage.left()).toEqual([]);
  return { code, stderr, document: auditSchema.parse(JSON.parse(stdout)) };
}

function outcomes({ rows }: z.infer<typeof auditSchema>): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map(({ id, outcome }) => [id, outcome]));
}

describe('the reference server', () => {
  it('meets what is asked of it, and the audit leaves its files and nothing else', async () => {
    const only = ['--only', '2026-01,2026-13,2026-20,2026-45,2026-44'];
    const { code, stderr, document } = await audit(...only, '--out', 'good', '--reporter', 'junit');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(outcomes(document)).toEqual({
      ...{ '2026-01': 'met', '2026-13': 'met', '2026-20': 'met' },
      ...{ '2026-44': 'not-observable', '2026-45': 'met' },
    });
    // It was killed on the way, and came back with its task.
    expect(document.notes).toMatchObject([{ kind: 'good', text: expect.stringMatching(/SIGKILL.*it is working/) }]);
    expect(auditSchema.parse(JSON.parse(stage.read('good/audit.json')))).toEqual(document);
    expect(stage.read('good/junit.xml')).toMatch(/tests="5" failures="0"/);
    expect(stage.read('good/report.html')).toContain('Every requirement');
    const again = await stage.run('audit', '--out', 'good');
    expect({ code: again.code, stderr: again.stderr }).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/--force/),
    });
    const drawn = await stage.run('report', 'good', '-o', 'again.html');
    expect({ code: drawn.code, stdout: drawn.stdout }).toEqual({ code: 0, stdout: 'again.html\n' });
  });

  it('answers the same over pipes, where headers say nothing', async () => {
    const { code, document } = await audit('--transport', 'stdio', '--only', '2026-20,2026-45,2026-47');
    expect(code).toBe(0);
    expect(outcomes(document)).toEqual({ '2026-20': 'met', '2026-45': 'not-applicable', '2026-47': 'not-applicable' });
  });
});

describe('other servers', () => {
  it('break what they break, shown by messages without the credentials that went with them', async () => {
    const profile = stage.file(
      'open.yaml',
      `target: { command: "${process.execPath} ${BROKEN} open-reads --dialect tasks-2026-07-28 --transport http --data {{dir}} --port {{port}}",
  url: "http://127.0.0.1:{{port}}/mcp" }
tools: { work: { name: effect, arguments: { token: "{{token}}", ms: "{{ms}}" } } }
state: { durable: false, scope: principal }
`,
    );
    const { code, document } = await audit('--profile', profile, '--only', '2026-47');
    expect(code).toBe(1);
    expect(outcomes(document)).toEqual({ '2026-47': 'broken' });
    const [row] = document.rows;
    expect(row?.reason).toMatch(/tasks\/get of another principal: a result/);
    expect(row?.frames.length).toBeGreaterThan(0);
    expect(JSON.stringify(document)).not.toMatch(/Bearer|claimcheck-agent/);
  });

  it('end the audit with 2 when nobody answers, and say why', async () => {
    const nobody = await audit('--url', 'http://127.0.0.1:9/mcp');
    expect(nobody).toMatchObject({
      code: 2,
      document: { target: null, error: expect.stringMatching(/gave no good answer/) },
    });
    const ended = await audit('--server', `${process.execPath} -e process.exit(3)`);
    expect(ended).toMatchObject({ code: 2, document: { target: null, error: expect.stringMatching(/exit code 3/) } });
  });

  it('are not started for what cannot be', async () => {
    const { code, stdout, stderr } = await stage.run('audit', '--only', '2026-99');
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(/Unknown requirement '2026-99'; known: 2025-01/);
  });
});
