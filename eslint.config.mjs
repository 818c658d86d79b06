import tseslint from 'typescript-eslint';

/** What each folder may not import: the direction is kernel <- core <- platform <- engine <- cli. */
const layer = (files, forbidden) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: forbidden.map(([group, message]) => ({ group: [group].flat(), message })) },
    ],
  },
});
const NODE = [['node:*'], 'core is plain TypeScript: ask for a port'];
const SDK = [['openai', 'openai/*', 'vscode', '@aws-sdk/*'], 'adapters live in src/platform'];
const above = (...folders) => [
  folders.flatMap((folder) => [`**/${folder}/*`]),
  'a lower layer does not know a higher one',
];

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'dist',
      'build',
      '.venv',
      'bench-data',
      'demo',
      'src/kernel/assembly',
      'src/kernel/kernelBytes.ts',
      'src/core/profile/vocabularies',
      'test/data',
    ],
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/method-signature-style': ['error', 'property'],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 80 }],
      complexity: ['error', 15],
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'exports have names' }],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', 600] } },
  layer(['src/kernel/**/*.ts'], [[['../*'], 'the kernel imports nothing of the project'], NODE, SDK]),
  layer(['src/core/**/*.ts'], [NODE, SDK, above('platform', 'engine', 'cli', 'rehearsal', 'extension')]),
  layer(
    ['src/platform/**/*.ts'],
    [[['vscode'], 'only src/extension'], above('engine', 'cli', 'extension', 'rehearsal')],
  ),
  layer(
    ['src/rehearsal/**/*.ts'],
    [[['vscode'], 'only src/extension'], above('platform', 'engine', 'cli', 'extension')],
  ),
  layer(['src/protocol/**/*.ts'], [NODE, SDK, above('platform', 'engine', 'cli', 'rehearsal', 'extension')]),
  layer(['src/engine/**/*.ts'], [[['vscode'], 'only src/extension'], above('cli', 'extension')]),
  layer(['src/extension/**/*.ts'], [above('core', 'kernel', 'platform', 'rehearsal', 'engine', 'cli')]),
  layer(
    ['webview/**/*.ts'],
    [NODE, SDK, above('core', 'kernel', 'platform', 'rehearsal', 'engine', 'cli', 'extension')],
  ),
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
);
