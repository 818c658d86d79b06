import { type Schema, Validator } from '@cfworker/json-schema';
import type { SchemaCompiler } from './answerSchema.ts';

/**
 * Checks values against a JSON schema (draft 2020-12, formats included) without generating code.
 * A schema that points at schemas elsewhere checks nothing; a value nested too deeply is a RangeError.
 */
export const compileSchema: SchemaCompiler = (schema) => {
  const validator = new Validator(schema as Schema, '2020-12', true);
  const firstErrorOf = (value: unknown) => {
    try {
      return validator.validate(value).errors.at(-1);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return undefined;
    }
  };
  return (value) => {
    const wrong = firstErrorOf(value);
    return wrong === undefined ? null : `${wrong.error} (at ${wrong.instanceLocation})`;
  };
};
