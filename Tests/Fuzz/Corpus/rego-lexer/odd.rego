package a
"\u12" `a
b` $"{x}" 1e9 .5 0x "ÿ