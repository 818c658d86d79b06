#!/usr/bin/env node
import { runCli } from './runCli.ts';

// A reader may leave at any time (`| head`, `2>&1 | less`). Who writes data hears of it by the write itself; work goes on without its messages.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await runCli(process.argv.slice(2));
