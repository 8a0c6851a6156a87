import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEnvelope, plainParams } from './envelope.ts';

const objects = fc.dictionary(fc.string(), fc.jsonValue());

it('writes the params of every request as JSON would', () => {
  const own = fc.option(fc.oneof(objects, fc.constant('no object')), { nil: undefined });
  fc.assert(
    fc.property(objects, objects, own, (params, capabilities, _meta) => {
      const given = _meta === undefined ? params : { ...params, _meta };
      const { params: enveloped, text } = createEnvelope(capabilities)(given);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(enveloped)));
      expect(Object.keys(JSON.parse(text)).sort()).toEqual(Object.keys(enveloped).sort());
      expect(JSON.parse(text)._meta).toMatchObject({ 'io.modelcontextprotocol/protocolVersion': '2026-07-28' });
      expect(plainParams(given)).toEqual({ params: given, text: JSON.stringify(given) });
    }),
  );
});
