import v8 from 'node:v8';
import vm from 'node:vm';

type Collect = (options: { type: 'minor' | 'major' }) => void;

/**
 * Asks V8 to collect garbage now. Large buffers live outside of its heap and wait there, dead, until the heap itself is full: a worker that goes through
 * pages of 30 MB would hold several of them. The function is V8's own, made visible in a context of its own.
 */
export function garbageCollector(): () => void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as Collect;
  return () => collect({ type: 'major' });
}
