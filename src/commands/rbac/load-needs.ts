/** What a scan needs to be allowed to do, loaded when it is worked out: the help of the command does without. */
export const loadNeeds = async () => {
  const [{ findNeeds }, { toNeedsOptions }, { reviewNeeds }] = await Promise.all([
    import('./needs.ts'),
    import('./needs-options.ts'),
    import('./review.ts'),
  ]);
  return { findNeeds, toNeedsOptions, reviewNeeds };
};
