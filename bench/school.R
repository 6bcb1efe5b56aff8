# The same work in R, for bench/school.txt: synthetic pupils drawn as in school/bench_test.go. Needs lme4 and RANN.
#   Rscript bench/school.R
suppressMessages({library(lme4); library(RANN)})
set.seed(11)
n <- 1e6; S <- 4800; K <- 290
us <- 12 * rnorm(S); uk <- 6 * rnorm(K); of <- sample(K, S, TRUE)
s <- sample(S, n, TRUE); k <- of[s]
ses <- rnorm(n) + us[s] / 20; girl <- rbinom(n, 1, .5); new <- rbinom(n, 1, .08)
y <- 220 + 18 * ses + 15 * girl - 40 * new + us[s] + uk[k] + 48 * rnorm(n)
d <- data.frame(y, ses, girl, new, s = factor(s), k = factor(k))
cat("lme4, three levels, 1,000,000 pupils, 4,800 schools, 290 kommuner\n")
print(system.time(m <- lmer(y ~ ses + girl + new + (1 | k) + (1 | s), d, REML = TRUE)))
print(as.data.frame(VarCorr(m))[, c("grp", "vcov")])

x1 <- sample(3, n, TRUE); x2 <- sample(5, n, TRUE); x3 <- sample(10, n, TRUE)
z <- rbinom(n, 1, .3 - .07 * (x1 - 1) - .03 * (x2 - 1))
cat("glm, logistic, 1,000,000 pupils, 3 variables (7 columns beside the intercept)\n")
print(system.time(glm(z ~ factor(x1) + factor(x2) + x3, family = binomial)))

n <- 1.1e6
cx <- runif(K, 0, 6e5); cy <- runif(K, 0, 6e5)
draw <- function(n) {
  k <- floor(K * runif(n) * runif(n)) + 1; spread <- 2000 + 40 * (K - k)
  round(cbind(cx[k] + spread * rnorm(n), cy[k] + spread * rnorm(n)))
}
pupils <- draw(n); schools <- draw(S)
cat("RANN (k-d tree in C++), nearest of 4,800 schools for 1,100,000 pupils\n")
print(system.time(nn2(schools, pupils, k = 1)))
