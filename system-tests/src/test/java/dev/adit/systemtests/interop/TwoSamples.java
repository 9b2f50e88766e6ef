package dev.adit.systemtests.interop;

import java.util.Arrays;

/// Whether two samples may come from one distribution: the p-values of two tests that assume
/// nothing about it. Good for samples of a hundred and more.
record TwoSamples(double mannWhitney, double kolmogorovSmirnov) {
  static TwoSamples of(long[] first, long[] second) {
    long[] a = first.clone();
    long[] b = second.clone();
    Arrays.sort(a);
    Arrays.sort(b);
    return new TwoSamples(mannWhitney(a, b), kolmogorovSmirnov(a, b));
  }

  /// The p-value of both tests together: the smaller one, doubled because there are two
  /// (Bonferroni), so that it is 0.01 or less in at most one of a hundred pairs of equal samples.
  double p() {
    return Math.min(1, 2 * Math.min(mannWhitney, kolmogorovSmirnov));
  }

  /// Two-sided, by the normal approximation with its correction for ties (Mann and Whitney 1947).
  private static double mannWhitney(long[] a, long[] b) {
    double n = a.length;
    double m = b.length;
    long[] all = new long[a.length + b.length];
    System.arraycopy(a, 0, all, 0, a.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    Arrays.sort(all);
    double rankSum = 0;
    double ties = 0;
    int inA = 0;
    for (int from = 0; from < all.length; ) {
      int to = from;
      while (to < all.length && all[to] == all[from]) {
        to++;
      }
      double equal = to - from;
      double rank = (from + 1 + to) / 2.0;
      while (inA < a.length && a[inA] == all[from]) {
        rankSum += rank;
        inA++;
      }
      ties += equal * equal * equal - equal;
      from = to;
    }
    double u = rankSum - n * (n + 1) / 2;
    double total = n + m;
    double variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)));
    double z = Math.max(0, Math.abs(u - n * m / 2) - 0.5) / Math.sqrt(variance);
    return variance == 0 ? 1 : 2 * upperTail(z);
  }

  /// Of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7).
  private static double upperTail(double z) {
    double t = 1 / (1 + 0.2316419 * z);
    double poly =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * poly;
  }

  /// Two-sided, by the asymptotic distribution (Smirnov 1948).
  private static double kolmogorovSmirnov(long[] a, long[] b) {
    double largest = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      long next = Math.min(a[i], b[j]);
      while (i < a.length && a[i] == next) {
        i++;
      }
      while (j < b.length && b[j] == next) {
        j++;
      }
      largest = Math.max(largest, Math.abs((double) i / a.length - (double) j / b.length));
    }
    double effective = Math.sqrt((double) a.length * b.length / (a.length + b.length));
    double lambda = (effective + 0.12 + 0.11 / effective) * largest;
    double p = 0;
    for (int k = 1; k <= 100; k++) {
      double term = Math.exp(-2 * lambda * lambda * k * k);
      p += (k % 2 == 1 ? 2 : -2) * term;
    }
    return lambda < 0.2 ? 1 : Math.clamp(p, 0, 1);
  }
}
