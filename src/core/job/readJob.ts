import type { Node } from 'jsonc-parser';
import { bodyAt } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import { ENDPOINTS } from '../model/job.ts';
import type { Job } from '../model/job.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_MAX_REQUESTS } from '../model/limits.ts';
import { bodyProblem } from './checkBody.ts';
import type { JobFiles } from './jobFiles.ts';
import { DATASET_FORMATS, JOB_KEYS, explainJobKey, ON_NULL, ON_OVERSIZED, RESULT_FORMATS } from './jobKeys.ts';
import { kindOf, membersOf, openSection, textOf } from './jobSection.ts';
import type { JobSection } from './jobSection.ts';
import { parseJob } from './jobSource.ts';
import type { JobSource, JobTree } from './jobSource.ts';
import { readBody } from './readBody.ts';

/** `s3://...` and its like: passed on untouched. `file://` is a path in other clothes. */
const OBJECT_URI = /^(?!file:)[a-z][a-z0-9+.-]*:\/\//i;

function jobName(fileName: string): string {
  return fileName.replace(/(?<=.)(\.tranche)?\.jsonc?$/i, '');
}

function place(uri: string, files: JobFiles): string {
  return OBJECT_URI.test(uri) ? uri : files.resolve(uri);
}

function readKey(tree: JobTree, section: JobSection): string[] {
  const node = section.needed('key', 'the column, or the list of columns, that names a row');
  if (node.type === 'string') return [textOf(tree, node)];
  const key = section.texts('key', 'columns') ?? [];
  if (key.length === 0)
    throw tree.errorAt(node, '"dataset.key" is empty; name the column, or the columns, that tell rows apart.');
  return key;
}

function readDataset(tree: JobTree, top: JobSection, files: JobFiles): Job['dataset'] {
  const section = openSection(
    tree,
    top.needed('dataset', 'where the table lies and what names a row'),
    'dataset',
    JOB_KEYS.dataset,
  );
  const filter = section.node('filter');
  if (filter !== undefined)
    throw tree.errorAt(filter, '"dataset.filter" is not built yet; leave it out and filter the table beforehand.');
  section.needed('uri', 'a file, a folder or a glob');
  return {
    uri: place(section.text('uri') ?? '', files),
    format: section.choice('format', DATASET_FORMATS) ?? null,
    key: readKey(tree, section),
    limit: section.count('limit') ?? null,
  };
}

function withModel(tree: JobTree, node: Node, body: BodyNode, model: string): BodyNode {
  if (typeof body !== 'object' || body === null || !('entries' in body)) {
    throw tree.errorAt(
      node,
      `"request.body" must be an object, not ${node.type === 'object' ? 'the text of a file' : kindOf(node)}.`,
    );
  }
  const own = bodyAt(body, 'model');
  if (own === undefined) return { entries: [['model', model], ...body.entries] };
  if (own === model) return body;
  throw tree.source.error(
    ['request', 'body', 'model'],
    `the body's "model" and "request.model", ${JSON.stringify(model)}, must be the same; drop the one in the body.`,
  );
}

async function readRequest(tree: JobTree, top: JobSection, files: JobFiles): Promise<Job['request']> {
  const section = openSection(tree, top.needed('request', 'what is asked for each row'), 'request', JOB_KEYS.request);
  section.needed('endpoint', `one of ${ENDPOINTS.join(', ')}`);
  const modelNode = section.needed('model', 'the model that answers');
  const bodyNode = section.needed('body', 'the request as the service documents it');
  const endpoint = section.choice('endpoint', ENDPOINTS) ?? '/v1/chat/completions';
  const model = section.text('model') ?? '';
  if (model.includes('{{'))
    throw tree.errorAt(modelNode, '"request.model" is one model for all rows and takes no placeholder.');
  const onNull = section.choice('onNull', ON_NULL) ?? 'quarantine';
  const body = withModel(tree, bodyNode, await readBody(tree, bodyNode, files), model);
  const problem = bodyProblem(endpoint, body);
  if (problem !== null) throw tree.source.error(['request', 'body', ...problem.path], problem.sentence);
  return { endpoint, model, body, onNull };
}

function readTruncate(tree: JobTree, node: Node | undefined): Job['limits']['truncate'] {
  if (node === undefined) return {};
  if (node.type !== 'object')
    throw tree.errorAt(
      node,
      `"limits.truncate" must be an object such as {"text": {"tokens": 500}}, not ${kindOf(node)}.`,
    );
  const cuts = membersOf(tree, node).map(([column, value]): [string, { tokens: number }] => {
    const section = openSection(tree, value, `limits.truncate.${column}`, ['tokens']);
    section.needed('tokens', "how many tokens of the column's text stay");
    return [column, { tokens: section.count('tokens') ?? 1 }];
  });
  return Object.fromEntries(cuts);
}

function readLimits(tree: JobTree, top: JobSection): Job['limits'] {
  const section = openSection(tree, top.node('limits'), 'limits', JOB_KEYS.limits);
  return {
    maxBytes: section.size('maxBytes') ?? DEFAULT_MAX_BYTES,
    maxRequests: section.count('maxRequests') ?? DEFAULT_MAX_REQUESTS,
    maxTokens: section.count('maxTokens') ?? null,
    oversized: section.choice('oversized', ON_OVERSIZED) ?? 'quarantine',
    truncate: readTruncate(tree, section.node('truncate')),
  };
}

function readResults(tree: JobTree, top: JobSection, name: string, files: JobFiles): Job['results'] {
  const section = openSection(tree, top.node('results'), 'results', JOB_KEYS.results);
  const formats = section.texts('formats', 'formats') ?? ['parquet'];
  const node = section.node('formats');
  if (node !== undefined && formats.length === 0)
    throw tree.errorAt(node, '"results.formats" is empty; name "parquet", "jsonl" or both.');
  const wrong = formats.findIndex((format) => !(RESULT_FORMATS as readonly string[]).includes(format));
  if (wrong >= 0)
    throw tree.source.error(
      ['results', 'formats', wrong],
      `${JSON.stringify(formats[wrong])} is no format for results: known are "parquet" and "jsonl".`,
    );
  const uri = section.text('uri') ?? `${name}.results`;
  if (OBJECT_URI.test(uri)) {
    const [scheme] = uri.split('//');
    throw tree.source.error(
      ['results', 'uri'],
      `results are not written to ${scheme}// yet: name a folder of this machine in "results.uri".`,
    );
  }
  return {
    uri: files.resolve(uri),
    columns: section.texts('columns', 'columns of the dataset') ?? [],
    formats: RESULT_FORMATS.filter((format) => formats.includes(format)),
  };
}

function readProvider(tree: JobTree, top: JobSection): string | null {
  const name = top.text('provider');
  if (name === undefined) return null;
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(name)) return name;
  throw tree.source.error(
    ['provider'],
    '"provider" must be the name of a provider set up on this machine; a job holds neither addresses nor keys.',
  );
}

/**
 * Reads and checks a job file: every default filled in, paths made absolute from the job's folder, `$file` texts put in.
 * Throws `badJob` with `name:line:column: sentence` for the first thing that is wrong, the place included.
 */
export async function readJob(
  text: string,
  jobPath: string,
  files: JobFiles,
): Promise<{ job: Job; source: JobSource }> {
  const tree = parseJob(text, jobPath, { code: 'badJob', title: 'the job', explainKey: explainJobKey });
  const { source } = tree;
  const top = openSection(tree, tree.root, '', JOB_KEYS['']);
  top.text('$schema');
  const name = jobName(source.name);
  const dataset = readDataset(tree, top, files);
  const request = await readRequest(tree, top, files);
  const limits = readLimits(tree, top);
  const provider = readProvider(tree, top);
  const budget = openSection(tree, top.node('budget'), 'budget', JOB_KEYS.budget);
  const results = readResults(tree, top, name, files);
  const job = {
    path: jobPath,
    name,
    dataset,
    request,
    limits,
    provider,
    budget: { maxUsd: budget.amount('maxUsd') ?? null },
    results,
  };
  return { job, source };
}
