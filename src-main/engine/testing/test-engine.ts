import { AppError } from '#shared/api/errors.ts';
import { runEngine } from '../run-engine.ts';
import { testRecipes } from './test-recipe.ts';

/** The engine process with small systems of its own, for tests of everything around them. */
runEngine({
  findSystem(id) {
    const found = testRecipes.find((recipe) => recipe.id === id);
    if (!found) throw new AppError('not-found', `No system is called ${id}.`);
    return found;
  },
});
