const factor = Number(process.env.LINEGATE_PATIENCE ?? '1');

/**
 * A limit on waiting, ms, made longer on machines that are slow or shared: `LINEGATE_PATIENCE` is the factor,
 * 1 unless given. Only for limits whose end is a failure; what is measured is never stretched.
 */
export const patient = (ms: number): number => ms * (factor > 0 ? factor : 1);
