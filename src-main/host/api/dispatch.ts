import type { ApiMethod, ApiOutput, ApiParsedInput, ApiResult } from '#shared/api/contract.ts';
import { contract } from '#shared/api/contract.ts';
import { AppError, toErrorData } from '#shared/api/errors.ts';
import type { z } from 'zod';

/** One function per method of the contract; the compiler refuses a missing one. */
export type Handlers = { readonly [M in ApiMethod]: (input: ApiParsedInput<M>) => Promise<ApiOutput<M>> };

/** A call as it came over a transport: checked here, never trusted before. */
export type Dispatch = (method: unknown, input: unknown) => Promise<ApiResult<ApiMethod>>;

const isMethod = (name: unknown): name is ApiMethod => typeof name === 'string' && Object.hasOwn(contract, name);

/** `path.to.field: what is wrong`, at most three of them. */
function issuesInWords(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3).map((issue) => {
    const at = issue.path.map(String).join('.');
    return at ? `${at}: ${issue.message}` : issue.message;
  });
  if (error.issues.length > shown.length) shown.push(`and ${error.issues.length - shown.length} more`);
  return shown.join('; ');
}

/**
 * The border of the host: input checked by the contract → handler → output checked by the contract. Never rejects;
 * whatever goes wrong is data.
 */
export function createDispatch(handlers: Handlers): Dispatch {
  return async (method, input) => {
    try {
      if (!isMethod(method))
        throw new AppError('bad-input', `There is no method ${JSON.stringify(method)?.slice(0, 80)}.`);
      const { input: inputSchema, output: outputSchema } = contract[method];
      const parsed = inputSchema.safeParse(input);
      if (!parsed.success) {
        throw new AppError('bad-input', `${method} was called with wrong values: ${issuesInWords(parsed.error)}`);
      }
      const handler = handlers[method] as (input: unknown) => Promise<unknown>;
      const output = outputSchema.safeParse(await handler(parsed.data));
      if (!output.success) {
        throw new AppError('internal', `${method} gave an answer that breaks the contract.`, {
          detail: issuesInWords(output.error),
        });
      }
      return { ok: true, value: output.data as ApiOutput<ApiMethod> };
    } catch (thrown) {
      return { ok: false, error: toErrorData(thrown) };
    }
  };
}
