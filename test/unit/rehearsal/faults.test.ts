import { describe, expect, it } from 'vitest';
import { FaultCounter, parseFaults } from '../../../src/rehearsal/faults.ts';
import { planRowFaults } from '../../../src/rehearsal/rowPlan.ts';

describe('faults as text', () => {
  it('are read with operation, value and times', () => {
    expect(parseFaults('slow@batch-list=20*3, expire')).toEqual([
      { name: 'slow', value: 20, at: ['batch-list'], times: 3, text: 'slow@batch-list=20*3' },
      { name: 'expire', value: 0.5, at: ['create'], times: Infinity, text: 'expire' },
    ]);
    expect(parseFaults('unknown-model=gpt-x')[0]).toMatchObject({ value: 'gpt-x' });
    expect(parseFaults('')).toEqual([]);
  });

  it('strike the request that carries them, whatever it does', () => {
    expect(parseFaults('rate-limit', 'batch-list')[0]?.at).toEqual(['batch-list']);
    expect(parseFaults('rows-failed', 'upload')[0]?.at).toEqual(['create']);
  });

  it.each(['nothing', 'toString', 'slow=', 'slow=-1', 'slow=x', 'slow@nowhere', 'expire@upload', 'slow*x', 'Slow'])(
    'are refused if they are like %s',
    (text) => {
      expect(() => parseFaults(text)).toThrow(/rehearsal fault/i);
    },
  );
});

describe('counting faults', () => {
  it('lets each text strike as often as it says, standing or in a header', () => {
    const counter = new FaultCounter(parseFaults('rate-limit*2'));
    const names = () => counter.strike('request', 'upload', []).map(({ name }) => name);
    expect([names(), names(), names()]).toEqual([['rate-limit'], ['rate-limit'], []]);
    const header = () => counter.strike('request', 'create', parseFaults('drop-after*1', 'create')).length;
    expect([header(), header()]).toEqual([1, 0]);
  });

  it('does not use up the faults of a batch on a request', () => {
    const counter = new FaultCounter(parseFaults('expire*1'));
    expect(counter.strike('request', 'create', [])).toEqual([]);
    expect(counter.strike('batch', 'create', []).length).toBe(1);
    expect(counter.strike('batch', 'create', [])).toEqual([]);
  });
});

describe('rows that are struck', () => {
  it('are exactly as many as asked for, none by two faults, the same for a seed', () => {
    const faults = parseFaults('rows-failed=0.1,rows-refused=7,rows-missing=0.001');
    const struck = planRowFaults(faults, 100, 's');
    const count = (name: string) => [...struck.values()].filter((fault) => fault === name).length;
    expect([count('rows-failed'), count('rows-refused'), count('rows-missing')]).toEqual([10, 7, 1]);
    expect(struck.size).toBe(18);
    expect(planRowFaults(faults, 100, 's')).toEqual(struck);
    expect(planRowFaults(faults, 100, 't')).not.toEqual(struck);
  });

  it('are never more than there are', () => {
    expect(planRowFaults(parseFaults('rows-failed=5,rows-error=5'), 7, 's').size).toBe(7);
  });
});
