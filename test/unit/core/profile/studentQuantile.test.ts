import { expect, it } from 'vitest';
import { studentQuantile, sureQuantile } from '../../../../src/core/profile/studentQuantile.ts';

it('gives the tabled quantiles of the t distribution', () => {
  const tabled: [number, number][] = [
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [6, 2.447],
    [10, 2.228],
    [16, 2.12],
    [30, 2.042],
    [120, 1.98],
    [Infinity, 1.96],
  ];
  for (const [degrees, quantile] of tabled) expect(studentQuantile(degrees)).toBeCloseTo(quantile, 2);
});

it('is the larger one between two whole numbers of degrees of freedom, and below one', () => {
  expect(studentQuantile(2.9)).toBe(studentQuantile(2));
  expect(studentQuantile(0.4)).toBe(studentQuantile(1));
});

it('gives the quantiles of 99.99 % too', () => {
  const tabled: [number, number][] = [
    [1, 6366.2],
    [4, 15.544],
    [10, 6.211],
    [30, 4.482],
    [100, 4.052],
    [Infinity, 3.891],
  ];
  for (const [degrees, quantile] of tabled) expect(sureQuantile(degrees) / quantile).toBeCloseTo(1, 2);
  for (let degrees = 2; degrees < 40; degrees++) expect(sureQuantile(degrees)).toBeLessThan(sureQuantile(degrees - 1));
});
