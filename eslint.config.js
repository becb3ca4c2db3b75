import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';

/**
 * Import zones (ARCHITECTURE.md, "Zones"): zone → what it may import besides itself and packages.
 * Everything that is not listed is a lint error.
 */
const mayImport = {
  'src-shared': [],
  'src-renderer': ['src-shared'],
  'src-main/runtime': ['src-shared'],
  'src-main/media': ['src-shared', 'src-main/runtime'],
  'src-main/models': ['src-shared', 'src-main/runtime'],
  'src-main/store': ['src-shared', 'src-main/runtime'],
  'src-main/engine': ['src-shared', 'src-main/runtime', 'src-main/media', 'src-main/models'],
  'src-main/jobs': ['src-shared', 'src-main/runtime', 'src-main/store', 'src-main/media', 'src-main/models'],
  'src-main/host': [
    'src-shared',
    'src-main/runtime',
    'src-main/store',
    'src-main/media',
    'src-main/models',
    'src-main/jobs',
  ],
  'src-main/cli': [
    'src-shared',
    'src-main/runtime',
    'src-main/store',
    'src-main/media',
    'src-main/models',
    'src-main/jobs',
    'src-main/host',
  ],
};
const roots = ['src-shared', 'src-renderer', 'src-main'];
const zones = Object.entries(mayImport).flatMap(([zone, allowed]) => {
  const target = `./${zone}/**/!(*.test).{ts,tsx}`;
  return roots.map((from) => ({
    target,
    from: `./${from}`,
    except: [zone, ...allowed]
      .filter((path) => path === from || path.startsWith(`${from}/`))
      .map((path) => (path === from ? '.' : `./${path.slice(from.length + 1)}`)),
    message: `${zone} may import only: ${allowed.join(', ') || 'nothing'} (ARCHITECTURE.md, Zones)`,
  }));
});
/** Node built-ins and packages with I/O have no place in pure or sandboxed code. */
const noNode = {
  'no-restricted-imports': [
    'error',
    { patterns: [{ group: ['node:*', 'fs', 'path', 'electron', 'better-sqlite3', 'onnxruntime-node', 'ws'] }] },
  ],
};

export default tseslint.config(
  { ignores: ['dist', 'release', 'node_modules', 'test-results', 'playwright-report', 'models/training', '.tmp'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.json',
          './src-shared/tsconfig.json',
          './src-renderer/tsconfig.json',
          './e2e/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.tsx', '.js'] })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      eqeqeq: ['error', 'smart'],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name=/^(prepare|exec)$/] > TemplateLiteral[expressions.length>0]',
          message: 'SQL is never built from strings: bind parameters.',
        },
      ],
    },
  },
  { files: ['src-shared/**/*.ts'], ignores: ['**/*.test.ts', '**/testing/**'], rules: noNode },
  {
    files: ['src-renderer/**/*.{ts,tsx}'],
    ignores: ['**/*.test.*'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules, ...noNode },
  },
);
