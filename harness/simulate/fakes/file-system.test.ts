import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealmThread, type RealmThread } from './testing/realm-thread.ts';

let thread: RealmThread;
beforeAll(async () => {
  thread = await createRealmThread();
});
afterAll(() => thread[Symbol.asyncDispose]());

const withoutTime = (line: unknown) => (Array.isArray(line) ? line.slice(1) : line);

describe('file-system', () => {
  it('does what is asynchronous at once and tells of it 1 to 3 ms later, through every door', async () => {
    const [trace] = await thread.run(`
      import fs, { readFile, writeFileSync, promises } from 'node:fs';
      import { access, appendFile, mkdir, mkdtemp, open, readdir, readFile as read, rename, rm, stat, writeFile } from 'node:fs/promises';
      import { promisify } from 'node:util';
      export async function main({ log, directory, world }) {
        const path = directory + '/file';
        const since = () => { const from = world.nowMs(); return () => { const ms = world.nowMs() - from; return ms >= 1 && ms <= 3; }; };
        let took = since();
        const writing = writeFile(path, 'one');
        log('landed', fs.readFileSync(path, 'utf8'));
        log(await writing === undefined, took());
        log(await read(path, 'utf8'), (await read(path)).equals(Buffer.from('one')), promises.readFile === read);
        await appendFile(path, (async function* () { yield ' two'; yield ' three'; })());
        await new Promise((resolve) => readFile(path, 'utf8', (error, text) => { log(error, text); resolve(); }));
        log(await promisify(fs.exists)(path), (await promisify(fs.stat)(path)).size);
        await access(path + '-missing').catch((error) => log(error.code));
        await new Promise((resolve) => fs.readFile(path + '-missing', (error, data) => { log(error.code, data === undefined); resolve(); }));
        try { readFile(5.5, () => {}); } catch (error) { log(error.code); }
        try { fs.stat(path); } catch (error) { log(error.code); }
        const { bytesRead, buffer } = await promisify(fs.read)(fs.openSync(path), Buffer.alloc(3), 0, 3, 4);
        log(bytesRead, buffer.toString());
        await mkdir(directory + '/a/b', { recursive: true });
        await rename(path, directory + '/a/file');
        writeFileSync(directory + '/a/another', '');
        log(await readdir(directory + '/a'));
        const names = [];
        for await (const entry of await fs.promises.opendir(directory + '/a')) names.push(entry.name + entry.isDirectory());
        log(names.sort());
        const made = await mkdtemp(directory + '/t-');
        log(made.replace(directory, ''), (await stat(made)).isDirectory());
        await rm(directory + '/a', { recursive: true });
        log(fs.existsSync(directory + '/a'), (await fs.promises.realpath(made)) === fs.realpathSync(made));
        const abort = new AbortController();
        const aborted = writeFile(path, 'x', { signal: abort.signal });
        abort.abort();
        await aborted.catch((error) => log(error.name));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }`);
    expect(trace?.error).toBeNull();
    expect(trace?.log.map(withoutTime)).toEqual([
      ['landed', 'one'],
      [true, true],
      ['one', true, true],
      [null, 'one two three'],
      [true, 13],
      ['ENOENT'],
      ['ENOENT', true],
      ['ERR_INVALID_ARG_TYPE'],
      ['ERR_INVALID_ARG_TYPE'],
      [3, 'two'],
      [['another', 'b', 'file']],
      [['anotherfalse', 'btrue', 'filefalse']],
      [expect.stringMatching(/^\/t-[a-zA-Z0-9]{6}$/), true],
      [false, true],
      ['AbortError'],
    ]);
  });

  it('has file handles and streams', async () => {
    const [trace] = await thread.run(`
      import { createReadStream, createWriteStream, openSync, readFileSync, fstatSync } from 'node:fs';
      import { open } from 'node:fs/promises';
      import { pipeline } from 'node:stream/promises';
      export async function main({ log, directory }) {
        const path = directory + '/file';
        const handle = await open(path, 'w+');
        log((await handle.write('first line\\n')).bytesWritten, (await handle.writev([Buffer.from('se'), Buffer.from('cond')])).bytesWritten);
        log((await handle.read(Buffer.alloc(5), 0, 5, 0)).buffer.toString(), (await handle.stat()).size);
        await handle.truncate(13);
        await handle.datasync();
        const lines = [];
        const reading = await open(path);
        for await (const line of reading.readLines()) lines.push(line);
        await new Promise((resolve) => setTimeout(resolve, 10));
        log(lines, reading.fd);
        await handle.appendFile(' and more');
        await handle.close();
        await handle.close();
        log(handle.fd, readFileSync(path, 'utf8').length);
        await handle.stat().catch((error) => log(error.code));
        const copy = directory + '/copy';
        await pipeline(createReadStream(path, { highWaterMark: 4 }), createWriteStream(copy));
        log(readFileSync(copy, 'utf8') === readFileSync(path, 'utf8'));
        const stream = (await open(path)).createReadStream({ start: 6, end: 9, encoding: 'utf8' });
        for await (const text of stream) log(text);
      }`);
    expect(trace?.error).toBeNull();
    expect(trace?.log.map(withoutTime)).toEqual([
      [11, 6],
      ['first', 17],
      [['first line', 'se'], -1],
      [-1, 26],
      ['ERR_OUT_OF_RANGE'],
      [true],
      ['line'],
    ]);
  });

  it('leaves what a killed boot had begun, tells it nothing, and closes its files', async () => {
    const [killed] = await thread.run(`
      import fs from 'node:fs';
      import { open, writeFile, appendFile } from 'node:fs/promises';
      export async function main({ log, boot, directory, closeFiles, tearWrites, world }) {
        const first = boot('boot 1');
        let handle;
        const descriptors = () => fs.readdirSync('/proc/self/fd').length;
        const before = process.platform === 'linux' ? descriptors() : 0;
        first.run(async () => {
          await appendFile(directory + '/log', 'a whole record\\n');
          handle = await open(directory + '/held', 'w');
          fs.openSync(directory + '/held');
          writeFile(directory + '/file', 'landed').then(() => log('never'));
          fs.appendFile(directory + '/log', 'a record nobody heard of\\n', () => log('never'));
          log('begun');
        });
        await new Promise((resolve) => { const look = () => handle === undefined ? setTimeout(look, 1) : resolve(); look(); });
        first.kill();
        const torn = tearWrites(first.owner, world.harness.draw);
        closeFiles(first.owner);
        await new Promise((resolve) => setTimeout(resolve, 10));
        const log_ = fs.readFileSync(directory + '/log', 'utf8');
        log(torn, 'landed'.startsWith(fs.readFileSync(directory + '/file', 'utf8')), log_.startsWith('a whole record\\na'), log_.length < 40);
        log(process.platform === 'linux' ? descriptors() - before : 0);
      }`);
    expect(killed?.error).toBeNull();
    expect(killed?.log.map(withoutTime)).toEqual([['begun'], [2, true, true, true], [0]]);
  });

  it('knows virtual times of files, set and written', async () => {
    const [trace] = await thread.run(`
      import fs from 'node:fs';
      import { stat, utimes, writeFile } from 'node:fs/promises';
      import { fileURLToPath } from 'node:url';
      export async function main({ log, world, directory, real }) {
        const path = directory + '/file';
        setTimeout(() => fs.writeFileSync(path, 'x'), 60_000);
        setTimeout(() => world.jumpWall(3_600_000), 70_000);
        setTimeout(() => fs.appendFileSync(path, 'y'), 80_000);
        await new Promise((resolve) => setTimeout(resolve, 65_000));
        log(fs.statSync(path).mtime.toISOString(), fs.statSync(path, { bigint: true }).mtimeNs === BigInt(Date.UTC(2030, 0, 1, 0, 1)) * 1_000_000n);
        await new Promise((resolve) => setTimeout(resolve, 20_000));
        const { mtime, ctime, birthtimeMs, mtimeMs, atimeMs } = fs.statSync(path);
        log(mtime.toISOString(), +ctime === +mtime, birthtimeMs === mtimeMs, atimeMs === mtimeMs, fs.statSync(path).isFile());
        await utimes(path, new Date(), new Date(0));
        log((await stat(path)).mtimeMs);
        fs.utimesSync(path, 0, 100);
        log(fs.lstatSync(path).mtimeMs, fs.statSync(path + '-', { throwIfNoEntry: false }) === undefined);
        fs.mkdirSync(directory + '/lock');
        log(fs.statSync(directory + '/lock').mtimeMs - Date.now());
        log(Math.abs(fs.statSync(fileURLToPath(import.meta.url)).mtimeMs - real.now()) < 600_000);
      }`);
    expect(trace).toEqual({
      error: null,
      log: [
        [65_000, '2030-01-01T00:01:00.000Z', true],
        [85_000, '2030-01-01T01:01:20.000Z', true, true, true, true],
        [expect.any(Number), 0],
        [expect.any(Number), 100_000, true],
        [expect.any(Number), 0],
        [expect.any(Number), true],
      ],
    });
  });

  it('takes what a boot writes to descriptors 1 and 2 as its output', async () => {
    const [trace] = await thread.run(`
      import fs from 'node:fs';
      export async function main({ log, boot, outputOf }) {
        const first = boot('boot 1');
        first.run(() => {
          log(fs.writeSync(1, 'text '), fs.writeSync(2, Buffer.from('bytes '), 1, 4), fs.writevSync(1, [Buffer.from('v')]));
          fs.write(1, 'later', (error, count) => log(error, count));
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
        log(outputOf(first.owner));
      }`);
    expect(trace?.error).toBeNull();
    expect(trace?.log.map(withoutTime)).toEqual([[5, 4, 1], [null, 5], ['text ytesvlater']]);
  });

  it('is the same for a seed', async () => {
    const program = `
      import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
      import { basename } from 'node:path';
      export async function main({ log, directory }) {
        for (let index = 0; index < 20; index += 1) {
          await writeFile(directory + '/' + index, 'x');
          log((await readFile(directory + '/' + index)).length);
        }
        log(basename(await mkdtemp(directory + '/')));
      }`;
    const [first] = await thread.run(program, { seed: 4 });
    const [again] = await thread.run(program, { seed: 4 });
    const [other] = await thread.run(program, { seed: 5 });
    expect(first?.error).toBeNull();
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
